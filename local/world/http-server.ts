import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

export interface HttpServer {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** Requests for another protocol, such as a websocket. */
  onUpgrade(handle: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void;
  close(): Promise<void>;
}

/** The port is taken by somebody else; the message says what to do. */
export class PortInUse extends Error {
  constructor(port: number) {
    super(`Port ${port} is in use by another program. Choose another one: PORT=${port + 1} npm start`);
    this.name = 'PortInUse';
  }
}

/** Listens on loopback alone. `port` 0 takes any free one. Rejects with PortInUse. */
export async function listen(
  port: number,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<HttpServer> {
  // Larger than the gateway's own limit, so that the gateway and not Node refuses.
  const server = createServer({ maxHeaderSize: 65_536, keepAliveTimeout: 60_000 }, handle);
  server.requestTimeout = 120_000;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (error) => {
    reject('code' in error && error.code === 'EADDRINUSE' ? new PortInUse(port) : error);
  });
  server.listen({ port, host: '127.0.0.1', backlog: 4096 }, resolve);
  await promise;
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    origin: `http://127.0.0.1:${actual}`,
    onUpgrade: (handleUpgrade) => void server.on('upgrade', handleUpgrade),
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}
