// Frames: JSON, and blobs beside it, with their lengths.
import { invalid, malformed } from './errors.js';
import { type Json, parseJson } from './json.js';

/** Reads bytes from outside, one part after the other. */
export class Reader {
    #at = 0;

    constructor(private readonly bytes: Uint8Array) {}

    get left(): number {
        return this.bytes.length - this.#at;
    }

    /** A view of the next bytes. */
    take(length: number | bigint, what: string): Uint8Array {
        if (length > this.left)
            throw malformed(`${what} is cut off: ${length} bytes are announced, ${this.left} are there`);
        this.#at += Number(length);
        return this.bytes.subarray(this.#at - Number(length), this.#at);
    }

    uint(width: number, what: string): bigint {
        return this.take(width, what).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
    }

    varint(what: string): bigint {
        const first = Number(this.uint(1, what));
        return first < 253 ? BigInt(first) : this.uint(2 ** (first - 252), what);
    }

    /** Bytes behind their length. */
    sized(what: string): Uint8Array {
        return this.take(this.varint(what), what);
    }

    text(length: number | bigint, what: string): string {
        return utf8(this.take(length, what), what);
    }

    end(what: string): void {
        if (this.left > 0) throw malformed(`${this.left} bytes are left over behind ${what}`);
    }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(bytes: Uint8Array, what: string): string {
    try {
        return strict.decode(bytes);
    } catch {
        throw malformed(`${what} is not UTF-8`);
    }
}

/** A number in its bytes, big-endian. */
export function uint(value: number | bigint, width: number): Uint8Array {
    return Uint8Array.from({ length: width }, (_, index) =>
        Number((BigInt(value) >> BigInt(8 * (width - 1 - index))) & 0xffn),
    );
}

/** A varint in its shortest form. */
export function varint(value: number): Uint8Array {
    if (value < 253) return Uint8Array.of(value);
    const [width, mark] = value < 2 ** 16 ? [2, 253] : value < 2 ** 32 ? [4, 254] : [8, 255];
    return concat([Uint8Array.of(mark), uint(value, width)]);
}

export function concat(parts: Uint8Array[]): Uint8Array {
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
        whole.set(part, at);
        at += part.length;
    }
    return whole;
}

/** The body of a request, and what follows the id of a call. */
export function requestFrame(json: string, blobs: Uint8Array[]): Uint8Array {
    if (blobs.length > 255) throw invalid(`a request has at most 255 blobs, and this one has ${blobs.length}`);
    const text = new TextEncoder().encode(json);
    const lengths = [text, ...blobs].map((part) => varint(part.length));
    return concat([Uint8Array.of(blobs.length), ...lengths, text, ...blobs]);
}

/** The body of a response, and what follows the head of a message. */
export function readFrame(reader: Reader): { json: Json; blobs: Uint8Array[] } {
    const json = parseJson(utf8(reader.sized('the JSON'), 'the JSON'));
    const blobs: Uint8Array[] = [];
    while (reader.left > 0) blobs.push(reader.sized(`blob ${blobs.length}`));
    return { json, blobs };
}
