import type { Connection, HttpAnswer, HttpOutcome } from '../outgoing/connection.ts';
import { offeredSchemes } from '../outgoing/http-failures.ts';
import { failureOfLateCertificate } from '../outgoing/tls-failures.ts';
import type { ClientCertificate } from '../outgoing/tls-trust.ts';
import { basicSignIn } from './basic.ts';
import { inTurn, type SignIn } from './sign-in.ts';

/** Hosts that took the client certificate over TLS 1.2 only, in this function instance's memory. */
export type Tls12Hosts = Set<string>;
const MOST_HOSTS = 1_000;

/**
 * TLS client certificate, alone or in front of Basic. A server may ask for it per path: after the handshake, which
 * Node offers in TLS 1.2 (renegotiation) and not in TLS 1.3. So a refusal over TLS 1.3 is tried once over TLS 1.2.
 */
export function certificateSignIn(
  clientCertificate: ClientCertificate,
  password: { readonly username: string; readonly password: string } | undefined,
  tls12Hosts: Tls12Hosts,
): SignIn {
  const basic = password && basicSignIn(password.username, password.password);
  let settled = false;
  let basicOffered = false;

  /** The password follows only a 401 that offers Basic: what the server wants behind the certificate nobody else is told. */
  async function once(
    ...[connection, request, remainingMs]: Parameters<SignIn['send']>
  ): Promise<HttpOutcome> {
    if (basic !== undefined && basicOffered) {
      return basic.send(connection, request, remainingMs);
    }
    const first = await connection.send(request, remainingMs());
    if (basic === undefined || !first.ok || !offersBasic(first.answer)) {
      return first;
    }
    basicOffered = true;
    return basic.send(connection, request, remainingMs);
  }

  async function send(...args: Parameters<SignIn['send']>): Promise<HttpOutcome> {
    const [connection] = args;
    const { host } = connection.destination.url;
    if (settled) {
      return once(...args);
    }
    settled = true;
    if (tls12Hosts.has(host)) {
      connection.limitToTls12();
      return once(...args);
    }
    const first = await once(...args);
    return mayBeAskedLate(first) ? again(first, args) : first;
  }

  async function again(first: HttpOutcome, args: Parameters<SignIn['send']>): Promise<HttpOutcome> {
    const [connection] = args;
    connection.limitToTls12();
    const second = await once(...args);
    if (second.ok) {
      if (second.answer.status === 403) {
        return first;
      }
      remember(tls12Hosts, connection);
      return second;
    }
    const { failure } = second;
    if (first.ok && failure.kind === 'tls' && failure.fault === 'protocol') {
      return {
        ok: false,
        failure: failureOfLateCertificate('it answered 403 over TLS 1.3 and does not speak TLS 1.2'),
      };
    }
    return failure.kind === 'unauthorized' ? second : first;
  }

  return {
    scheme: basic === undefined ? 'certificate' : 'basic',
    clientCertificate,
    send: inTurn(send),
    rotated: () => undefined,
  };
}

function offersBasic({ status, headers }: HttpAnswer): boolean {
  return status === 401 && offeredSchemes(headers).includes('basic');
}

function mayBeAskedLate(outcome: HttpOutcome): boolean {
  return outcome.ok
    ? outcome.answer.status === 403 && outcome.answer.tlsVersion === 'TLSv1.3'
    : outcome.failure.kind === 'tls' && outcome.failure.fault === 'client-certificate-late';
}

function remember(hosts: Tls12Hosts, { destination }: Connection): void {
  const [oldest] = hosts;
  if (hosts.size >= MOST_HOSTS && oldest !== undefined) {
    hosts.delete(oldest);
  }
  hosts.add(destination.url.host);
}
