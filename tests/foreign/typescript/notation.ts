// Bytes and tensors as the cases of `cargo xtask conformance` write them in JSON.
import type { DecthingsTensor } from 'decthings';
import { invalid } from './client/errors.js';
import { type Members, isObject } from './client/json.js';
import { type NumberArray, TYPES } from './client/tensor.js';

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const fromBase64 = (text: unknown): Uint8Array => Uint8Array.from(Buffer.from(String(text), 'base64'));
const isTensor = (value: Members): boolean => 'type' in value && 'shape' in value && 'data' in value;

/** Values of callers. */
export function fromNotation(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(fromNotation);
    if (!isObject(value)) return value;
    if ('$bytes' in value) return fromBase64(value['$bytes']);
    if (isTensor(value)) return tensorFromNotation(value);
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fromNotation(member)]));
}

export function tensorFromNotation({ type, shape, data }: Members): DecthingsTensor {
    if (!Array.isArray(data)) throw invalid('the data of a tensor is no list');
    const Numbers = TYPES[type as DecthingsTensor['type']];
    return { type, shape, data: Numbers ? numbers(Numbers, data) : data.map(element) } as DecthingsTensor;

    function element(given: unknown): unknown {
        if (type === 'binary') return fromBase64(given);
        return isObject(given) ? { format: given['format'], data: fromBase64(given['data']) } : given;
    }
}

function numbers(Numbers: NumberArray, given: any[]): unknown {
    const numbers = new Numbers(new ArrayBuffer(given.length * Numbers.BYTES_PER_ELEMENT));
    const isFloat = numbers instanceof Float32Array || numbers instanceof Float64Array;
    const isBig = numbers instanceof BigInt64Array || numbers instanceof BigUint64Array;
    const exact = given.map((element) => (isBig ? BigInt(element) : Number(element)));
    Object.assign(numbers, exact);
    // An array of integers keeps the low bits of what is too large.
    const wrong = isFloat ? undefined : exact.find((element, index) => element !== numbers[index]);
    if (wrong !== undefined) throw invalid(`${wrong} does not fit into the tensor`);
    return numbers;
}

/** Values of responses and events, and tensors. */
export function toNotation(value: unknown): unknown {
    if (value instanceof Uint8Array) return { $bytes: toBase64(value) };
    if (Array.isArray(value)) return value.map(toNotation);
    if (!isObject(value)) return value;
    if (isTensor(value)) return { ...value, data: Array.from(value['data'] as Iterable<unknown>, elementToNotation) };
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toNotation(member)]));
}

function elementToNotation(element: unknown): unknown {
    if (element instanceof Uint8Array) return toBase64(element);
    if (isObject(element)) return { format: element['format'], data: toBase64(element['data'] as Uint8Array) };
    if (Object.is(element, -0)) return '-0';
    const isJson = typeof element === 'string' || typeof element === 'boolean' || Number.isFinite(element);
    return isJson ? element : String(element);
}
