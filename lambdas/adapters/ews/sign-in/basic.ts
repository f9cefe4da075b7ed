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
