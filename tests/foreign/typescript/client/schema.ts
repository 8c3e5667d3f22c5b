// Values against the JSON Schemas of the exports: parameters on their way to JSON, and JSON on its way to callers.
import { type ClientError, invalid, malformed } from './errors.js';
import { type Json, type Members, Numeral, isObject, toValue } from './json.js';

/** The parts of JSON Schema that the exports use. */
export interface Schema {
    $ref?: string;
    type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
    format?: string;
    const?: string;
    contentEncoding?: 'base64';
    oneOf?: Schema[];
    items?: Schema;
    properties?: Record<string, Schema>;
    required?: string[];
    /** On an object of which exactly one member is present. */
    minProperties?: number;
    'x-aliases'?: Record<string, string[]>;
    'x-accepts-item'?: boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.isWellFormed();

/** What differs between sending and receiving. Conversions of wrong values give nothing. */
interface Direction {
    error: (message: string) => ClientError;
    /** Whether unknown members are errors. A later revision may add them to what is received. */
    isStrict: boolean;
    bytes: (value: unknown) => unknown;
    integer: (value: unknown) => number | bigint | undefined;
    float: (value: unknown) => number;
    /** A variant of a union that a later revision has added, as it is. */
    unknown: (value: unknown) => unknown;
}

const sent: Direction = {
    error: invalid,
    isStrict: true,
    bytes: (value) =>
        isText(value) || value instanceof Uint8Array ? Buffer.from(value as string).toString('base64') : undefined,
    integer: (value) => (typeof value === 'bigint' || Number.isInteger(value) ? (value as number) : undefined),
    float: (value) => (typeof value === 'number' ? value : NaN),
    unknown: (value) => value,
};

const received: Direction = {
    error: malformed,
    isStrict: false,
    bytes: (value) => {
        const bytes = Buffer.from(String(value), 'base64');
        return bytes.toString('base64') === value ? Uint8Array.from(bytes) : undefined;
    },
    integer: (value) => (value instanceof Numeral && /^(?:-?[1-9]\d*|0)$/.test(value.text) ? value.value : undefined),
    float: (value) => (value instanceof Numeral ? Number(value.text) : NaN),
    unknown: (value) => toValue(value as Json),
};

const RANGES: Record<string, [bigint, bigint]> = {
    int32: [-(2n ** 31n), 2n ** 31n - 1n],
    int64: [-(2n ** 63n), 2n ** 63n - 1n],
    uint32: [0n, 2n ** 32n - 1n],
    uint64: [0n, 2n ** 64n - 1n],
};

/** The schemas of a document, which refer to each other. */
export class Schemas {
    constructor(private readonly entries: Record<string, Schema>) {}

    /** Checks a value that is sent, and makes it JSON. */
    write(schema: Schema, value: unknown): unknown {
        return this.#convert(sent, schema, value, 'params');
    }

    /** Checks JSON that was received, and makes it the value for a caller. */
    read(schema: Schema, json: Json): unknown {
        return this.#convert(received, schema, json, 'response');
    }

    #convert(direction: Direction, reference: Schema, value: unknown, path: string): unknown {
        const schema = this.#resolve(reference);
        const expected = (what: string) => direction.error(`${path}: expected ${what}`);
        if (schema.oneOf) {
            const { tag, variants } = this.#union(schema.oneOf);
            const name = tag === undefined ? kindOf(value) : isObject(value) ? value[tag] : undefined;
            if (typeof name !== 'string') throw expected(`an object with a text \`${tag}\``);
            const variant = variants.get(name);
            if (!variant && tag === undefined) throw expected([...variants.keys()].join(' or '));
            return variant ? this.#convert(direction, variant, value, path) : direction.unknown(value);
        }
        switch (schema.type) {
            case 'object':
                if (!isObject(value)) throw expected('an object');
                return this.#convertObject(direction, schema, value, path);
            case 'array': {
                const items = schema['x-accepts-item'] && !Array.isArray(value) ? [value] : value;
                if (!Array.isArray(items)) throw expected('a list');
                return items.map((item, index) => this.#convert(direction, schema.items!, item, `${path}[${index}]`));
            }
            case 'integer': {
                const integer = direction.integer(value);
                const [least, most] = RANGES[schema.format ?? ''] ?? [-Infinity, Infinity];
                if (integer === undefined || integer < least || integer > most)
                    throw expected(schema.format ?? 'an integer');
                return integer || 0;
            }
            case 'number': {
                const float = direction.float(value);
                if (!Number.isFinite(schema.format === 'float' ? Math.fround(float) : float))
                    throw expected('a finite number');
                return float;
            }
            case 'boolean':
                if (typeof value !== 'boolean') throw expected('true or false');
                return value;
            default: {
                const text = schema.contentEncoding ? direction.bytes(value) : isText(value) ? value : undefined;
                if (text === undefined || (schema.const ?? text) !== text) throw expected(schema.const ?? 'text');
                return text;
            }
        }
    }

    #convertObject(direction: Direction, schema: Schema, value: Members, path: string): Members {
        const { properties = {}, required = [], minProperties } = schema;
        const converted: Members = {};
        const isPresent = (name: string) =>
            Object.hasOwn(value, name) && value[name] !== undefined && value[name] !== null;
        const known = new Set<string>();
        for (const [name, property] of Object.entries(properties)) {
            const names = [name, ...(schema['x-aliases']?.[name] ?? [])];
            names.forEach((name) => known.add(name));
            const [found, other] = names.filter(isPresent);
            if (other !== undefined) throw direction.error(`${path}: ${found} and ${other} are the same`);
            if (found !== undefined)
                converted[name] = this.#convert(direction, property, value[found], `${path}.${found}`);
            else if (required.includes(name)) throw direction.error(`${path}: ${name} is missing`);
        }
        const unknown = Object.keys(value).find((name) => !known.has(name));
        if (direction.isStrict && unknown !== undefined) throw direction.error(`${path}: there is no ${unknown}`);
        if (minProperties && Object.keys(converted).length !== 1) {
            throw direction.error(`${path}: expected exactly one of ${Object.keys(properties).join(', ')}`);
        }
        return converted;
    }

    #resolve(schema: Schema): Schema {
        const name = schema.$ref?.split('/').pop();
        return name === undefined ? schema : this.#resolve(this.entries[name]!);
    }

    /** The variants of a union by the value of their tag, or by JSON type if they have no tag. */
    #union(members: Schema[]): { tag: string | undefined; variants: Map<string, Schema> } {
        const variants = members.map((member) => this.#resolve(member));
        const tags = variants.map(({ properties = {} }) =>
            Object.entries(properties).find(([, property]) => property.const),
        );
        const tag = tags.every((found) => found) ? tags[0]![0] : undefined;
        const kind = ({ type }: Schema) => (type === 'integer' ? 'number' : type!);
        const name = (variant: Schema) => (tag === undefined ? kind(variant) : variant.properties![tag]!.const!);
        return { tag, variants: new Map(variants.map((variant) => [name(variant), variant])) };
    }
}

/** The type of a value as JSON Schema calls it. */
function kindOf(value: unknown): string {
    if (value instanceof Numeral || typeof value === 'bigint') return 'number';
    return Array.isArray(value) ? 'array' : typeof value;
}
