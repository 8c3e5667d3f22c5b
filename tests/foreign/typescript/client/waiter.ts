// Work that goes on after the call that started it.
import { setTimeout } from 'node:timers/promises';
import type { Method } from './api.js';
import { ClientError } from './errors.js';
import type { Response } from './messages.js';
import { type Members, valueAt } from './json.js';

type Call = (method: string, params: Members) => Promise<Response>;

/** How work has ended: with what the API says of it, or without if that is no longer kept. */
export interface Outcome {
    isSuccess: boolean;
    status: Members | undefined;
}

/** Work, and the result of the call that started it. */
export class Work<Result> {
    readonly #ids: Members;

    constructor(
        private readonly method: Method,
        private readonly polled: Method,
        private readonly call: Call,
        params: unknown,
        readonly result: Result,
    ) {
        const ids = Object.entries(method.waiter!.ids);
        this.#ids = Object.fromEntries(ids.map(([name, place]) => [name, valueAt({ params, result }, place)]));
    }

    /** Follows the work to its end: yields each status, and returns the outcome. */
    async *statuses(): AsyncGenerator<Members, Outcome> {
        const { path, done, failed, alreadyFinished } = this.method.waiter!;
        for (let delay = 100; ; delay = Math.min(2 * delay, 5000)) {
            const { result, error } = await this.#poll();
            if (error?.code === alreadyFinished && alreadyFinished) return { isSuccess: true, status: undefined };
            if (error) throw new ClientError('api', `the work cannot be followed: ${error.code}`);
            if (result) {
                yield result;
                const state = path ? valueAt(result, path) : Object.keys(result)[0];
                if (state === done || state === failed) return { isSuccess: state === done, status: result };
            }
            // A method that blocks until the end has waited already.
            if (!this.polled.deadlineSeconds) await setTimeout(delay);
        }
    }

    async wait(): Promise<Outcome> {
        const statuses = this.statuses();
        for (;;) {
            const { done, value } = await statuses.next();
            if (done) return value;
        }
    }

    /** Stops the work. */
    async cancel(): Promise<Response> {
        const { cancel } = this.method.waiter!;
        if (!cancel) throw new ClientError('invalid', `what ${this.method.name} starts cannot be stopped`);
        return this.call(cancel, this.#ids);
    }

    async #poll(): Promise<Response> {
        try {
            return await this.call(this.polled.name, this.#ids);
        } catch (error) {
            const isLate = error instanceof ClientError && error.kind === 'timeout' && this.polled.deadlineSeconds;
            if (isLate) return {};
            throw error;
        }
    }
}
