// Tensors as bytes.
import type { DecthingsTensor, DecthingsTensorElement } from 'decthings';
import { invalid, malformed } from './errors.js';
import { Reader, concat, utf8, varint } from './frame.js';
import { isObject } from './json.js';

type Numbers = ArrayLike<number> | ArrayLike<bigint>;
export interface NumberArray {
    readonly name: string;
    readonly BYTES_PER_ELEMENT: number;
    new (buffer: ArrayBuffer): Numbers & ArrayBufferView;
}

type Type = DecthingsTensor['type'];

/** The types of elements in the order of their numbers, which begin at 1. Those of a fixed size have an array of them. */
export const TYPES: Record<Type, NumberArray | undefined> = {
    f32: Float32Array,
    f64: Float64Array,
    i8: Int8Array,
    i16: Int16Array,
    i32: Int32Array,
    i64: BigInt64Array,
    u8: Uint8Array,
    u16: Uint16Array,
    u32: Uint32Array,
    u64: BigUint64Array,
    string: undefined,
    binary: undefined,
    boolean: undefined,
    image: undefined,
    audio: undefined,
    video: undefined,
};
const NAMES = Object.keys(TYPES) as Type[];

if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1)
    throw new Error('tensors are little-endian, and this machine is not');

export function readTensor(reader: Reader): DecthingsTensor {
    const type = NAMES[Number(reader.uint(1, 'the type of a tensor')) - 1];
    if (type === undefined) throw malformed('a tensor has an unknown type');
    const rank = Number(reader.uint(1, 'the rank of a tensor'));
    const dimensions = Array.from({ length: rank }, () => reader.varint('the shape of a tensor'));
    // A zero does not excuse dimensions whose product overflows without it.
    const size = dimensions.reduce((product, dimension) => product * (dimension || 1n), 1n);
    if (size > BigInt(Number.MAX_SAFE_INTEGER))
        throw malformed(`a tensor of ${dimensions.join('×')} elements is too large`);
    const shape = dimensions.map(Number);
    const count = dimensions.includes(0n) ? 0 : Number(size);
    return { type, shape, data: readElements(type, count, reader) } as DecthingsTensor;
}

function readElements(type: Type, count: number, reader: Reader): unknown {
    const what = `the data of a tensor of ${type}`;
    const Numbers = TYPES[type];
    // Copied, as numbers have to be aligned.
    if (Numbers) return new Numbers(reader.take(count * Numbers.BYTES_PER_ELEMENT, what).slice().buffer);
    if (type === 'boolean') return Array.from(reader.take(count, what), (byte) => byte !== 0);
    const elements = new Reader(reader.sized(what));
    if (count > elements.left) throw malformed(`${what} has ${elements.left} bytes for ${count} elements`);
    const data = Array.from({ length: count }, () => readElement(type, elements.sized(what)));
    elements.end(what);
    return data;
}

function readElement(type: Type, bytes: Uint8Array): DecthingsTensorElement {
    if (type === 'string') return utf8(bytes, 'an element of a tensor');
    if (type === 'binary') return bytes.slice();
    const reader = new Reader(bytes);
    const format = reader.text(reader.uint(1, 'a format'), 'a format');
    return { format, data: reader.take(reader.left, 'an element').slice() };
}

export function writeTensor({ type, shape, data }: DecthingsTensor): Uint8Array {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    if (!NAMES.includes(type)) throw invalid(`there are no tensors of ${type}`);
    if (shape.length > 255 || !shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 0)) {
        throw invalid(`[${shape}] is not the shape of a tensor`);
    }
    if (count !== data.length) throw invalid(`a tensor of shape [${shape}] has ${data.length} elements`);
    const head = [Uint8Array.of(NAMES.indexOf(type) + 1, shape.length), ...shape.map(varint)];
    const Numbers = TYPES[type];
    if (Numbers && !(data instanceof Numbers)) throw invalid(`the data of a tensor of ${type} is no ${Numbers.name}`);
    if (ArrayBuffer.isView(data))
        return concat([...head, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
    const elements = Array.from<DecthingsTensorElement, Uint8Array>(data, (element) => writeElement(type, element));
    if (type === 'boolean') return concat([...head, ...elements]);
    const sized = concat(elements.flatMap((element) => [varint(element.length), element]));
    return concat([...head, varint(sized.length), sized]);
}

function writeElement(type: Type, element: DecthingsTensorElement): Uint8Array {
    if (type === 'boolean' && typeof element === 'boolean') return Uint8Array.of(Number(element));
    if (type === 'string' && typeof element === 'string') return encodeText(element);
    if (type === 'binary' && element instanceof Uint8Array) return element;
    if (!isObject(element)) throw invalid(`${element} is no element of a tensor of ${type}`);
    const format = encodeText(element.format);
    if (format.length > 255) throw invalid('the name of a format has at most 255 bytes');
    return concat([Uint8Array.of(format.length), format, element.data]);
}

function encodeText(text: string): Uint8Array {
    if (!text.isWellFormed()) throw invalid('a text has half a surrogate pair');
    return new TextEncoder().encode(text);
}

/** Tensors back to back, to the end. */
export function readTensors(bytes: Uint8Array): DecthingsTensor[] {
    const tensors: DecthingsTensor[] = [];
    for (const reader = new Reader(bytes); reader.left > 0;) tensors.push(readTensor(reader));
    return tensors;
}
