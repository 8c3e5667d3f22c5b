// What the exports say of methods and events.
import { readFileSync } from 'node:fs';
import type { Rule } from './blobs.js';
import { type Schema, Schemas } from './schema.js';

/** The schema of the JSON in a frame, and the blobs beside it. */
export interface Shape {
    schemas: Schemas;
    schema: Schema;
    blobs: Rule[];
}

export interface Waiter {
    method: string;
    ids: Record<string, string>;
    path?: string;
    done: string;
    failed: string;
    alreadyFinished?: string;
    cancel?: string;
}

export interface Method {
    service: string;
    name: string;
    request: Shape;
    response: Shape;
    isIdempotent: boolean;
    retryable: string[];
    deadlineSeconds: number | undefined;
    transport:
        'http' | 'websocket' | { websocketUnless?: { param: string; equals: unknown }; openWebsocketElse?: string };
    subscription: { opens?: string; closes?: string };
    waiter: Waiter | undefined;
}

export interface Event {
    service: string;
    name: string;
    shape: Shape;
    subscription: { id: string; ends: boolean };
}

export interface Api {
    http: string;
    websocket: string;
    /** By `Service.method`. */
    methods: Map<string, Method>;
    /** By `Service.event`. */
    events: Map<string, Event>;
}

/** Reads the exports in a folder: `openapi.json` has the methods, and `asyncapi.json` the events. */
export function loadApi(folder: string): Api {
    const [openapi, asyncapi] = ['openapi', 'asyncapi'].map((name) =>
        JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8')),
    );
    const [called, received] = [openapi, asyncapi].map((document) => new Schemas(document.components.schemas));
    const shape = ({ json, blobs }: any): Shape => ({ schemas: called!, schema: json, blobs });
    const methods = Object.entries<any>(openapi.paths).map(([path, { post: facts }]): Method => {
        const [, service = '', name = ''] = path.split('/');
        return {
            service,
            name,
            request: shape(facts['x-frame'].request),
            response: shape(facts['x-frame'].response),
            isIdempotent: facts['x-idempotent'],
            retryable: facts['x-retryable'],
            deadlineSeconds: facts['x-deadline-seconds'],
            transport: facts['x-transport'],
            subscription: facts['x-subscription'] ?? {},
            waiter: facts['x-waiter'],
        };
    });
    const events = Object.values<any>(asyncapi.operations)
        .filter(({ action }) => action === 'receive')
        .map((operation): Event => {
            const message = asyncapi.components.messages[operation.messages[0].$ref.split('/').pop()];
            const { service, blobs } = message['x-frame'];
            const { event, params } = message.payload.properties;
            return {
                service,
                name: event.const,
                shape: { schemas: received!, schema: params, blobs },
                subscription: operation['x-subscription'],
            };
        });
    const { protocol, host, pathname } = Object.values<any>(asyncapi.servers)[0];
    return {
        http: openapi.servers[0].url,
        websocket: `${protocol}://${host}${pathname}${Object.values<any>(asyncapi.channels)[0].address}`,
        methods: new Map(methods.map((method) => [`${method.service}.${method.name}`, method])),
        events: new Map(events.map((event) => [`${event.service}.${event.name}`, event])),
    };
}
