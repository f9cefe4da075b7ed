import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Tells the TLS version of the socket that carries the request, and ends the request with ETIMEDOUT where a new
 * socket is not connected, its TLS handshake included, in time.
 */
export function watchSocket(
  outgoing: ClientRequest,
  connectTimeoutMs: number | undefined,
  tellTlsVersion: (version: string) => void,
): void {
  outgoing.once('socket', (socket) => {
    const tell = (): void => {
      const version = socket instanceof TLSSocket ? socket.getProtocol() : null;
      if (version !== null) {
        tellTlsVersion(version);
      }
    };
    if (outgoing.reusedSocket) {
      tell();
      return;
    }
    const connected = socket instanceof TLSSocket ? 'secureConnect' : 'connect';
    socket.once(connected, tell);
    if (connectTimeoutMs !== undefined) {
      limitConnect(outgoing, socket, connected, connectTimeoutMs);
    }
  });
}

function limitConnect(outgoing: ClientRequest, socket: Socket, connected: string, limitMs: number): void {
  const timer = setTimeout(
    () => outgoing.destroy(Object.assign(new Error('not connected in time'), { code: 'ETIMEDOUT' })),
    limitMs,
  );
  const stop = (): void => clearTimeout(timer);
  socket.once(connected, stop).once('close', stop);
}
