// Bytes and tensors are beside the JSON, where the rules of `x-frame` say which blob belongs where.
import type { DecthingsTensor } from 'decthings';
import { invalid, malformed } from './errors.js';
import { Reader, concat } from './frame.js';
import { type Members, isObject } from './json.js';
import { readTensor, readTensors, writeTensor } from './tensor.js';

/** A rule of `x-frame`. */
export type Rule = { path: string } & (
    | { rule: 'bytes' | 'tensor' }
    | { rule: 'tensors'; uniqueName?: string }
    | { rule: 'keyed'; names: string; aliases?: string[]; at: 'root' | 'beside'; key: string; data: string }
    | { rule: 'entries'; key: string; data: string }
    | { rule: 'indexedEntries'; key: string; data: string; index: string; tensor: string; indexes: string }
);

/** Changes a copy of an object that a path leads to. */
type Change = (owner: Members, name: string, siblings: unknown[]) => void;

/** A copy of a value, changed at each place that a path leads to. */
function at(value: unknown, steps: string[], change: Change, siblings: unknown[] = []): unknown {
    const [step = '', ...rest] = steps;
    if (step === '[]') return Array.isArray(value) ? value.map((item) => at(item, rest, change, value)) : value;
    if (!isObject(value)) return value;
    const [, tag, variant] = /^<(.+?)=(.*)>$/.exec(step) ?? [];
    if (tag !== undefined) return value[tag] === variant ? at(value, rest, change, siblings) : value;
    const copy = { ...value };
    if (rest.length === 0) change(copy, step, siblings);
    else if (Object.hasOwn(copy, step)) copy[step] = at(copy[step], rest, change, siblings);
    return copy;
}

const stepsOf = (path: string): string[] => path.match(/\[\]|<[^>]*>|[^.[<]+/g) ?? [];

/** Parameters without bytes and tensors, and the blobs that have them. */
export function detach(rules: Rule[], params: unknown): { params: unknown; blobs: Uint8Array[] } {
    const blobs: Uint8Array[] = [];
    const atRoot: Members = {};
    for (const rule of rules) {
        params = at(params, stepsOf(rule.path), (owner, name, siblings) => {
            const given = owner[name];
            const wrong = (what: string) => invalid(`${rule.path}: ${what}`);
            const list = (value: unknown, what: string): any[] => {
                if (!Array.isArray(value)) throw wrong(`a list of ${what} is expected`);
                return value;
            };
            const names = (items: any[], key: string): string[] => {
                const names = items.map((item) => item?.[key]);
                const seen = new Set<string>();
                const duplicate = names.find((name) => seen.size === seen.add(name).size);
                if (duplicate !== undefined) throw wrong(`the duplicate name ${duplicate}`);
                return names;
            };
            switch (rule.rule) {
                case 'bytes':
                    blobs.push(bytesOf(given, rule.path));
                    break;
                case 'tensor':
                    blobs.push(tensorOf(given, rule.path));
                    break;
                case 'tensors':
                    if (rule.uniqueName) names(siblings, rule.uniqueName);
                    // Anything else is JSON.
                    if (isObject(given)) return;
                    blobs.push(concat(list(given, 'tensors').map((tensor) => tensorOf(tensor, rule.path))));
                    break;
                case 'keyed': {
                    const items = list(given, 'objects');
                    blobs.push(...items.map((item) => bytesOf(item?.[rule.data], rule.path)));
                    (rule.at === 'root' ? atRoot : owner)[rule.names] = names(items, rule.key);
                    break;
                }
                case 'entries': {
                    // By UTF-16 code unit, as texts are compared.
                    const columns = list(given, 'objects').toSorted((one, other) =>
                        one?.[rule.key] < other?.[rule.key] ? -1 : 1,
                    );
                    const tensors = columns.map((column) => list(column?.[rule.data], 'tensors'));
                    const [length, ...others] = new Set(tensors.map((column) => column.length));
                    if (length === undefined || others.length > 0)
                        throw wrong('each key needs the same number of tensors');
                    for (let entry = 0; entry < length; entry += 1) {
                        blobs.push(...tensors.map((column) => tensorOf(column[entry], rule.path)));
                    }
                    owner[name] = names(columns, rule.key);
                    return;
                }
                default:
                    throw new Error(`the rule ${rule.rule} is one of responses`);
            }
            delete owner[name];
        });
    }
    return { params: isObject(params) ? { ...params, ...atRoot } : params, blobs };
}

/** A result with the bytes and tensors of its blobs, all of which have to be used. */
export function attach(rules: Rule[], result: unknown, blobs: Uint8Array[]): unknown {
    let used = 0;
    for (const rule of rules) {
        const next = (): Uint8Array => {
            const blob = blobs[used];
            if (!blob) throw malformed(`${rule.path}: blob ${used} is missing`);
            used += 1;
            return blob;
        };
        result = at(result, stepsOf(rule.path), (owner, name) => {
            switch (rule.rule) {
                case 'bytes':
                    owner[name] = next().slice();
                    break;
                case 'tensor':
                    owner[name] = oneTensor(next());
                    break;
                case 'tensors':
                    owner[name] ??= readTensors(next());
                    break;
                case 'keyed': {
                    const holder = rule.at === 'root' ? (result as Members) : owner;
                    const spelling = [rule.names, ...(rule.aliases ?? [])].find((key) => key in holder)!;
                    const names = holder[spelling] as string[];
                    owner[name] = names.map((key) => ({ [rule.key]: key, [rule.data]: next().slice() }));
                    delete holder[spelling];
                    break;
                }
                case 'indexedEntries': {
                    const keys = owner[name] as string[];
                    const rows = (owner[rule.indexes] as number[]).map((index) =>
                        keys.map(() => [index, oneTensor(next())]),
                    );
                    owner[name] = keys.map((key, column) => {
                        const cells = rows.map((row) => ({
                            [rule.index]: row[column]![0],
                            [rule.tensor]: row[column]![1],
                        }));
                        return { [rule.key]: key, [rule.data]: cells };
                    });
                    delete owner[rule.indexes];
                    break;
                }
                default:
                    throw new Error(`the rule ${rule.rule} is one of requests`);
            }
        });
    }
    if (used < blobs.length) throw malformed(`${blobs.length} blobs, of which ${used} have a place`);
    return result;
}

function oneTensor(blob: Uint8Array): DecthingsTensor {
    const reader = new Reader(blob);
    const tensor = readTensor(reader);
    reader.end('a tensor');
    return tensor;
}

function bytesOf(value: unknown, path: string): Uint8Array {
    if (value instanceof Uint8Array) return value;
    if (typeof value === 'string' && value.isWellFormed()) return new TextEncoder().encode(value);
    throw invalid(`${path}: bytes are expected`);
}

function tensorOf(value: unknown, path: string): Uint8Array {
    const { shape, data } = isObject(value) ? value : {};
    if (!Array.isArray(shape) || !(Array.isArray(data) || ArrayBuffer.isView(data)))
        throw invalid(`${path}: a tensor is expected`);
    return writeTensor(value as DecthingsTensor);
}
