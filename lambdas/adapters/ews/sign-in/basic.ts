import type { ClientCertificate } from '../outgoing/tls-trust.ts';
import type { SignIn } from './sign-in.ts';
import { withHeader } from './sign-in.ts';

/** RFC 7617, UTF-8. */
export function basicSignIn(username: string, password: string): SignIn {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
  return {
    scheme: 'basic',
    send: (connection, request, remainingMs) =>
      connection.send(withHeader(request, 'authorization', authorization), remainingMs()),
    rotated: () => undefined,
  };
}

/** TLS client certificate, alone or in front of Basic. */
export function certificateSignIn(
  clientCertificate: ClientCertificate,
  password: { readonly username: string; readonly password: string } | undefined,
): SignIn {
  const basic = password && basicSignIn(password.username, password.password);
  return {
    scheme: basic === undefined ? 'certificate' : 'basic',
    clientCertificate,
    send: (connection, request, remainingMs) =>
      basic === undefined
        ? connection.send(request, remainingMs())
        : basic.send(connection, request, remainingMs),
    rotated: () => undefined,
  };
}
