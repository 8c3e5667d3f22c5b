// Answers the cases of `cargo xtask conformance`: one line of JSON for each line.
import { createInterface } from 'node:readline';
import { type Method, loadApi } from './client/api.js';
import { ClientError } from './client/errors.js';
import { Reader } from './client/frame.js';
import { parseJson, toValue, writeJson } from './client/json.js';
import { fromNotation, tensorFromNotation, toNotation } from './notation.js';
import { readMessage, readResponse, writeCall, writeRequest } from './client/messages.js';
import { readTensor, writeTensor } from './client/tensor.js';

const api = loadApi(process.argv[2]!);

type Case = Record<string, any>;

const operations: Record<string, (given: Case) => unknown> = {
    readVarint: ({ hex }) => ({ value: whole(hex, (reader) => reader.varint('a varint')).toString() }),
    readTensor: ({ hex }) => ({ tensor: toNotation(whole(hex, readTensor)) }),
    writeTensor: ({ tensor }) => ({ hex: toHex(writeTensor(tensorFromNotation(tensor))) }),
    writeRequest: (given) => ({ hex: toHex(writeRequest(methodOf(given), fromNotation(given['params']))) }),
    writeCall: (given) => {
        const { id, apiKey, params } = given;
        return { hex: toHex(writeCall(id, apiKey, methodOf(given), fromNotation(params))) };
    },
    readResponse: (given) => {
        const { status = 200, hex } = given;
        if (status < 200 || status > 299) throw new ClientError('transport', `the status ${status}`);
        return { value: toNotation(readResponse(methodOf(given), new Reader(fromHex(hex)))) };
    },
    readMessage: ({ calls = {}, hex, text }) => {
        const message = readMessage(api, text === undefined ? fromHex(hex) : new TextEncoder().encode(text));
        if ('params' in message) {
            const { service, name, params } = message;
            return { service, event: name, params: toNotation(params) };
        }
        const method = api.methods.get(calls[message.id]);
        if (!method) throw new ClientError('decode', `no call ${message.id} waits`);
        return { id: message.id, value: toNotation(message.read(method)) };
    },
};

function methodOf({ service, method }: Case): Method {
    const found = api.methods.get(`${service}.${method}`);
    if (!found) throw new ClientError('invalid', `there is no method ${service}.${method}`);
    return found;
}

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function whole<T>(hex: string, read: (reader: Reader) => T): T {
    const reader = new Reader(fromHex(hex));
    const value = read(reader);
    reader.end('the value');
    return value;
}

function answer(line: string): unknown {
    const given = toValue(parseJson(line)) as Case;
    const operation = operations[given['operation']];
    if (!operation) return { unsupported: 'this is a client, and no server' };
    try {
        return operation(given);
    } catch (error) {
        if (error instanceof ClientError) return { rejected: error.message };
        throw error;
    }
}

for await (const line of createInterface({ input: process.stdin }))
    process.stdout.write(`${writeJson(answer(line))}\n`);
