/** Why there is no response. Errors of the API are in responses. */
export class ClientError extends Error {
    constructor(
        /**
         * `invalid`: the parameters are not those of the method. `decode`: the response is not one of the method. `api`: the API
         * has responded with an error, where it is not given to the caller.
         */
        readonly kind: 'invalid' | 'decode' | 'transport' | 'timeout' | 'api',
        message: string,
        options?: ErrorOptions,
    ) {
        super(message, options);
        this.name = 'ClientError';
    }
}

/** The parameters are not those of the method. */
export const invalid = (message: string): ClientError => new ClientError('invalid', message);

/** Bytes from outside are malformed. */
export const malformed = (message: string): ClientError => new ClientError('decode', message);
