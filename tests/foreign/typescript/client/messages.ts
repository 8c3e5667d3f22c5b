// Requests, responses and events as bytes.
import type { Api, Event, Method, Shape } from './api.js';
import { attach, detach } from './blobs.js';
import { malformed } from './errors.js';
import { Reader, concat, readFrame, requestFrame, uint } from './frame.js';
import { type Json, type Members, isObject, toValue, writeJson } from './json.js';

/** What a call gives: exactly one of the two is present. */
export interface Response {
    result?: Members;
    error?: Members & { code: string };
}

/** The body of an HTTP request. */
export function writeRequest(method: Method, params: unknown): Uint8Array {
    const { json, blobs } = checked(method.request, params);
    return requestFrame(writeJson(json), blobs);
}

/** A call on the WebSocket. */
export function writeCall(id: number, apiKey: string | undefined, method: Method, params: unknown): Uint8Array {
    const { json, blobs } = checked(method.request, params);
    const call = { api: method.service, method: method.name, params: json, apiKey };
    return concat([uint(id, 4), requestFrame(writeJson(call), blobs)]);
}

function checked(shape: Shape, params: unknown): { json: unknown; blobs: Uint8Array[] } {
    const { params: rest, blobs } = detach(shape.blobs, params ?? {});
    return { json: shape.schemas.write(shape.schema, rest), blobs };
}

/** A response, from where its frame begins. */
export function readResponse(method: Method, reader: Reader): Response {
    const { json, blobs } = readFrame(reader);
    const { schemas, schema, blobs: rules } = method.response;
    const { result, error } = schemas.read(schema, json) as Response;
    if (error) {
        attach([], error, blobs);
        return { error };
    }
    return { result: attach(rules, result, blobs) as Members };
}

/** A message from the server: a response to a call, or an event. Unknown events have their JSON as it is. */
export type Message =
    | { id: number; read: (method: Method) => Response }
    | { service: string; name: string; event: Event | undefined; params: Members };

export function readMessage(api: Api, bytes: Uint8Array): Message {
    const reader = new Reader(bytes);
    if (reader.uint(1, 'the kind of a message') === 0n) {
        const id = Number(reader.uint(4, 'the id of a response'));
        return { id, read: (method) => readResponse(method, reader) };
    }
    const service = reader.text(reader.uint(1, 'the name of a service'), 'the name of a service');
    const { json, blobs } = readFrame(reader);
    const { event: name, params = {} } = isObject(json) ? (json as Record<string, Json>) : {};
    if (typeof name !== 'string') throw malformed('an event has no name');
    const event = api.events.get(`${service}.${name}`);
    if (!event) return { service, name, event, params: toValue(params) as Members };
    const { schemas, schema, blobs: rules } = event.shape;
    return { service, name, event, params: attach(rules, schemas.read(schema, params), blobs) as Members };
}
