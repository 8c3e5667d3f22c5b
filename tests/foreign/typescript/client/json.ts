// JSON without loss: numbers keep their spelling, and duplicate keys and lone surrogates are errors.
import { invalid, malformed } from './errors.js';

/** A number as it is spelled. */
export class Numeral {
    constructor(readonly text: string) {}

    /** A number, or a bigint where a number would not be exact. */
    get value(): number | bigint {
        const value = Number(this.text);
        return /^-?\d+$/.test(this.text) && !Number.isSafeInteger(value) ? BigInt(this.text) : value;
    }
}

export type Json = null | boolean | string | Numeral | Json[] | { [name: string]: Json };

/** The members of an object. */
export type Members = Record<string, unknown>;

export const isObject = (value: unknown): value is Members =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Numeral);

/** The value at a path such as `result.sessionId`. */
export function valueAt(value: unknown, path: string): unknown {
    return path.split('.').reduce((inner, name) => (inner as Members | undefined)?.[name], value);
}

/** The maximum depth, so that recursion does not overflow the stack. */
const MAX_DEPTH = 128;

/** Reads a whole JSON text. */
export function parseJson(text: string): Json {
    const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    const words: [string, null | boolean][] = [
        ['null', null],
        ['true', true],
        ['false', false],
    ];
    let at = 0;
    const fail = (what: string) => malformed(`${what} at character ${at} of the JSON`);
    const next = (): string => {
        while (' \t\n\r'.includes(text[at] ?? 'end')) at += 1;
        return text[at] ?? '';
    };
    const skip = (expected: string): boolean => {
        const found = next() === expected;
        if (found) at += 1;
        return found;
    };
    const expect = (expected: string): void => {
        if (!skip(expected)) throw fail(`no ${expected}`);
    };

    function string(): string {
        next();
        let end = at;
        let escapes: number;
        do {
            end = text.indexOf('"', end + 1);
            if (text[at] !== '"' || end < 0) throw fail('no string');
            for (escapes = 0; text[end - 1 - escapes] === '\\';) escapes += 1;
        } while (escapes % 2 === 1);
        let value: string;
        try {
            value = JSON.parse(text.slice(at, end + 1));
        } catch {
            throw fail('a malformed string');
        }
        if (!value.isWellFormed()) throw fail('half a surrogate pair');
        at = end + 1;
        return value;
    }

    function list(depth: number): Json[] {
        const items: Json[] = [];
        for (expect('['); !skip(']');) {
            if (items.length > 0) expect(',');
            items.push(value(depth + 1));
        }
        return items;
    }

    function object(depth: number): { [name: string]: Json } {
        const members: { [name: string]: Json } = {};
        for (expect('{'); !skip('}');) {
            if (Object.keys(members).length > 0) expect(',');
            const key = string();
            if (Object.hasOwn(members, key)) throw fail(`the duplicate key ${JSON.stringify(key)}`);
            // It would be the prototype of the object.
            if (key === '__proto__') throw fail('the key __proto__');
            expect(':');
            members[key] = value(depth + 1);
        }
        return members;
    }

    function value(depth: number): Json {
        if (depth > MAX_DEPTH) throw fail('too many objects and lists inside each other');
        const first = next();
        if (first === '"') return string();
        if (first === '[') return list(depth);
        if (first === '{') return object(depth);
        for (const [word, meaning] of words) {
            if (text.startsWith(word, at)) {
                at += word.length;
                return meaning;
            }
        }
        number.lastIndex = at;
        const numeral = number.exec(text)?.[0];
        if (numeral === undefined) throw fail('no value');
        at += numeral.length;
        return new Numeral(numeral);
    }

    const whole = value(0);
    if (next() !== '') throw fail('something behind the value');
    return whole;
}

/** JSON with numbers in place of their spellings. */
export function toValue(json: Json): unknown {
    if (json instanceof Numeral) return json.value;
    if (Array.isArray(json)) return json.map(toValue);
    if (typeof json !== 'object' || json === null) return json;
    return Object.fromEntries(Object.entries(json).map(([name, member]) => [name, toValue(member)]));
}

/** Values of JavaScript as JSON, including bigints. */
export function writeJson(value: unknown): string {
    if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
    if (typeof value === 'bigint') return value.toString();
    if (Object.is(value, -0)) return '-0.0';
    const isScalar = value === null || typeof value === 'boolean' || Number.isFinite(value);
    if (isScalar || (typeof value === 'string' && value.isWellFormed())) return JSON.stringify(value);
    if (typeof value !== 'object' || ArrayBuffer.isView(value))
        throw invalid(`${String(value)} cannot be part of JSON`);
    const members = Object.entries(value as object).filter(([, member]) => member !== undefined);
    return `{${members.map(([key, member]) => `${writeJson(key)}:${writeJson(member)}`).join(',')}}`;
}
