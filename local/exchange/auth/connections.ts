import type { Socket } from 'node:net';
import type { Mailbox } from '../mailbox/types.ts';

/** What the server remembers of one TCP connection. */
export interface Connection {
  /** NTLM challenge that waits for its answer on this connection. */
  ntlmChallenge?: Buffer | undefined;
  /** NTLM signs in the connection, not the request: what follows on it is this user's. */
  ntlmUser?: Mailbox | undefined;
  /** Whoever signed in first here, for the wrong-owner defect. */
  firstUser?: Mailbox | undefined;
}

export interface Connections {
  of(socket: Socket): Connection;
}

export function createConnections(): Connections {
  const known = new WeakMap<Socket, Connection>();
  return {
    of(socket) {
      const connection = known.get(socket) ?? {};
      known.set(socket, connection);
      return connection;
    },
  };
}
