// Calls on a WebSocket, and events. A connection closes when no call waits and no subscription is left.
import type { Api, Event, Method } from './api.js';
import { ClientError } from './errors.js';
import { type Message, type Response, readMessage, writeCall } from './messages.js';
import { type Members, valueAt } from './json.js';

interface Call {
    method: Method;
    params: Members;
    resolve: (response: Response) => void;
    reject: (error: unknown) => void;
}

export interface Listener {
    event: (service: string, name: string, params: Members) => void;
    /** A message cannot be read, or a function that was called with an event has failed. */
    error: (error: unknown) => void;
}

export class Connection {
    readonly #socket: WebSocket;
    readonly #opened: Promise<unknown>;
    readonly #calls = new Map<number, Call>();
    readonly #subscriptions = new Set<string>();
    /** Subscriptions whose last event came before the response of the call that opens them. */
    readonly #ended = new Set<string>();
    #nextId = 0;
    /** Whether it takes calls. */
    isOpen = true;

    constructor(
        url: string,
        api: Api,
        private readonly listener: Listener,
    ) {
        this.#socket = new WebSocket(url);
        this.#socket.binaryType = 'arraybuffer';
        this.#opened = new Promise((resolve) => this.#socket.addEventListener('open', resolve));
        const end = (why: string) => {
            this.isOpen = false;
            const error = new ClientError('transport', `there is no connection to ${url}: ${why}`);
            for (const { reject } of this.#calls.values()) reject(error);
        };
        // A handshake that fails has no `close` in some versions of Node.js.
        this.#socket.addEventListener('error', () => end('it has failed'));
        this.#socket.addEventListener('close', ({ code, reason }) => end(`it was closed with ${code} ${reason}`));
        this.#socket.addEventListener('message', ({ data }) => {
            try {
                const bytes =
                    typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data as ArrayBuffer);
                this.#receive(readMessage(api, bytes));
            } catch (error) {
                this.listener.error(error);
            }
        });
    }

    async call(method: Method, params: Members, apiKey: string | undefined, seconds: number): Promise<Response> {
        const id = this.#nextId++;
        let timer: NodeJS.Timeout | undefined;
        try {
            const message = writeCall(id, apiKey, method, params);
            return await new Promise((resolve, reject) => {
                this.#calls.set(id, { method, params, resolve, reject });
                const late = new ClientError(
                    'timeout',
                    `${method.service}.${method.name} had no response within ${seconds} s`,
                );
                timer = setTimeout(() => reject(late), 1000 * seconds);
                void this.#opened.then(() => this.#socket.send(message));
            });
        } finally {
            clearTimeout(timer);
            this.#calls.delete(id);
            this.#closeIfIdle();
        }
    }

    close(): void {
        this.isOpen = false;
        this.#socket.close();
    }

    #receive(message: Message): void {
        if ('params' in message) {
            const { service, name, event, params } = message;
            if (event?.subscription.ends) this.#end(key(event, params[event.subscription.id]));
            this.#closeIfIdle();
            return this.listener.event(service, name, params);
        }
        const call = this.#calls.get(message.id);
        // The caller may have stopped waiting.
        if (!call) return;
        try {
            const response = message.read(call.method);
            // Before the next message, which may end the subscription.
            if (response.result) this.#follow(call.method, { params: call.params, result: response.result });
            call.resolve(response);
        } catch (error) {
            call.reject(error);
        }
    }

    #follow(method: Method, sides: Record<string, Members>): void {
        const { opens, closes } = method.subscription;
        const id = (place: string) => key(method, valueAt(sides, place));
        if (opens && !this.#ended.delete(id(opens))) this.#subscriptions.add(id(opens));
        if (closes) this.#subscriptions.delete(id(closes));
    }

    #end(id: string): void {
        if (!this.#subscriptions.delete(id)) this.#ended.add(id);
    }

    #closeIfIdle(): void {
        if (this.isOpen && this.#calls.size === 0 && this.#subscriptions.size === 0) this.close();
    }
}

const key = ({ service }: Method | Event, id: unknown): string => `${service} ${id}`;
