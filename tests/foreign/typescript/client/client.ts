// The client: a function for each method of the exports, with the types of the declarations.
import { setTimeout } from 'node:timers/promises';
import type { DecthingsServices } from 'decthings';
import type { Api, Method } from './api.js';
import { ClientError, invalid } from './errors.js';
import { Reader } from './frame.js';
import { post } from './http.js';
import { type Response, readResponse, writeRequest } from './messages.js';
import type { Members } from './json.js';
import { Work } from './waiter.js';
import { Connection } from './websocket.js';

export interface Options {
    apiKey?: string;
    /** Default: the endpoints of the exports. */
    http?: string;
    websocket?: string;
    /** The timeout of calls that have none of their own. */
    timeoutSeconds?: number;
    /** How often a call is made that may be repeated. */
    attempts?: number;
    /** Called with errors that no call is told of, such as messages that cannot be read. Default: a warning of the process. */
    onError?: (error: unknown) => void;
}

type Handler = (params: any) => void;
type Params<Function> = Function extends (params: infer P) => unknown ? P : undefined;
type Result<Function> = Function extends (params: any) => Promise<{ result?: infer R }> ? R : undefined;

/** Makes a client of the services. */
export function createClient(api: Api, options: Options): DecthingsServices & Caller {
    const caller = new Caller(api, options);
    for (const { service, name } of api.methods.values()) {
        const functions = ((caller as any)[accessor(service)] ??= {
            on: (event: string, handler: Handler) => caller.on(service, event, handler),
        });
        functions[name] = (params?: Members) => caller.call(service, name, params);
    }
    return caller as unknown as DecthingsServices & Caller;
}

/** `PersistentLauncher` → `persistentLauncher`, `FS` → `fs`. */
const accessor = (service: string): string =>
    service.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (capitals) => capitals.toLowerCase());

/** Calls by name. */
export class Caller {
    readonly #options: Required<Omit<Options, 'apiKey'>> & Pick<Options, 'apiKey'>;
    readonly #handlers = new Map<string, Handler[]>();
    #connection: Connection | undefined;

    constructor(
        readonly api: Api,
        options: Options,
    ) {
        const onError = (error: unknown) => process.emitWarning(String(error));
        const { http, websocket } = api;
        this.#options = { http, websocket, timeoutSeconds: 60, attempts: 3, onError, ...options };
        // Checked here, as errors of headers show their values.
        if (!/^[\x21-\x7e]*$/.test(options.apiKey ?? ''))
            throw invalid('the API key has spaces, or characters beyond ASCII');
    }

    /** Makes a call. After an error that allows it, the call is made again. */
    async call(service: string, name: string, params: Members = {}): Promise<Response> {
        const method = this.#method(service, name);
        for (let attempt = 1; ; attempt += 1) {
            const isLast = attempt === this.#options.attempts;
            try {
                const response = await this.#attempt(method, params);
                if (isLast || !method.retryable.includes(response.error?.code ?? '')) return response;
            } catch (error) {
                const isLost = error instanceof ClientError && error.kind === 'transport';
                if (isLast || !isLost || !method.isIdempotent) throw error;
            }
            // Random, so that clients do not all come back at once.
            await setTimeout(200 * 2 ** attempt * Math.random());
        }
    }

    /** Makes a call that starts work, and returns the work. */
    async start<S extends keyof DecthingsServices, M extends keyof DecthingsServices[S] & string>(
        service: S,
        name: M,
        params: Params<DecthingsServices[S][M]>,
    ): Promise<Work<Result<DecthingsServices[S][M]>>> {
        const method = [...this.api.methods.values()].find(
            (it) => accessor(it.service) === service && it.name === name,
        );
        if (!method?.waiter) throw invalid(`${service}.${name} starts no work that can be followed`);
        const { result, error } = await this.call(method.service, name, params as Members);
        if (!result) throw new ClientError('api', `${service}.${name} failed: ${error?.code}`);
        const call = (name: string, ids: Members) => this.call(method.service, name, ids);
        return new Work(method, this.#method(method.service, method.waiter.method), call, params, result as any);
    }

    /** Calls a function with the parameters of each event. */
    on(service: string, event: string, handler: Handler): void {
        const name = `${service}.${event}`;
        if (!this.api.events.has(name)) throw invalid(`there is no event ${name}`);
        this.#handlers.set(name, [...(this.#handlers.get(name) ?? []), handler]);
    }

    /** Ends the connection, and with it all subscriptions. */
    close(): void {
        this.#connection?.close();
    }

    #method(service: string, name: string): Method {
        const method = this.api.methods.get(`${service}.${name}`);
        if (!method) throw invalid(`there is no method ${service}.${name}`);
        return method;
    }

    async #attempt(method: Method, params: Members): Promise<Response> {
        const { apiKey, http, websocket, timeoutSeconds, onError } = this.#options;
        const seconds = method.deadlineSeconds ?? timeoutSeconds;
        const isOpen = this.#connection?.isOpen;
        const { websocketUnless: unless, openWebsocketElse: code } =
            typeof method.transport === 'object' ? method.transport : {};
        if (code !== undefined && !isOpen) return { error: { code } };
        if (method.transport === 'http' || (unless && params[unless.param] === unless.equals)) {
            const body = await post(
                `${http}/${method.service}/${method.name}`,
                apiKey,
                writeRequest(method, params),
                seconds,
            );
            return readResponse(method, new Reader(body));
        }
        const event = (service: string, name: string, params: Members) =>
            this.#handlers.get(`${service}.${name}`)?.forEach((handler) => handler(params));
        if (!isOpen) this.#connection = new Connection(websocket, this.api, { event, error: onError });
        return this.#connection!.call(method, params, apiKey, seconds);
    }
}
