import type { Credentials, SignInScheme } from '#domain/model/credentials.ts';
import type { Connection, HttpOutcome, HttpRequest } from '../outgoing/connection.ts';
import type { ClientCertificate } from '../outgoing/tls-trust.ts';

/** How much time is left for one request; asked again for each message of a handshake. */
export type RemainingMs = () => number;

/** One user's way to sign in, for the life of one mailbox object. */
export interface SignIn {
  readonly scheme: SignInScheme;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Sends the request as the user. An answer 401 is final: the same credentials are not to be sent again. */
  send(connection: Connection, request: HttpRequest, remainingMs: RemainingMs): Promise<HttpOutcome>;
  /** Credentials as they are now, where signing in changed them. */
  rotated(): Credentials | undefined;
}

export function withHeader(request: HttpRequest, name: string, value: string): HttpRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}

/**
 * One request at a time: the messages of two handshakes on one socket would get mixed up, and a refresh token
 * that rotates must not be spent twice.
 */
export function inTurn(send: SignIn['send']): SignIn['send'] {
  let last: Promise<unknown> = Promise.resolve();
  return (connection, request, remainingMs) => {
    const mine = last.then(() => send(connection, request, remainingMs));
    last = mine.catch(() => undefined);
    return mine;
  };
}
