// Calls over HTTP.
import { ClientError } from './errors.js';

/** Sends a request, and returns the body of its response. */
export async function post(
    url: string,
    apiKey: string | undefined,
    body: Uint8Array,
    seconds: number,
): Promise<Uint8Array> {
    const headers = {
        'content-type': 'application/octet-stream',
        ...(apiKey && { authorization: `Bearer ${apiKey}` }),
    };
    const signal = AbortSignal.timeout(1000 * seconds);
    try {
        // Redirected, the API key would go elsewhere.
        const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
        if (!response.ok) throw new ClientError('transport', `${url} responded with the status ${response.status}`);
        return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
        if (error instanceof ClientError) throw error;
        if (signal.aborted) throw new ClientError('timeout', `${url} did not respond within ${seconds} s`);
        throw new ClientError('transport', `${url} cannot be reached`, { cause: error });
    }
}
