import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { ServerOptions } from 'node:https';
import { createServer as createTlsServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import { afterEach } from '@jest/globals';

/** What one request brought, and on which socket (1, 2, …) it came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly bytes: Uint8Array;
  readonly socket: number;
  /** Whether a client certificate was shown in the TLS handshake. */
  readonly certificate: boolean;
  /** Undefined over plain http. */
  readonly tlsVersion: string | undefined;
}

export interface ScriptedAnswer {
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** Answers nothing, ever. */
  readonly silent?: true | undefined;
  /** Cuts the connection instead of answering. */
  readonly resets?: true | undefined;
  /** Closes the connection after the answer. */
  readonly closes?: true | undefined;
}

export type Script = (request: SeenRequest, index: number) => ScriptedAnswer | Promise<ScriptedAnswer>;

export interface ScriptedServer {
  readonly origin: string;
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

/** A real HTTP or HTTPS server on a free loopback port that answers from a script and keeps what it saw. */
export async function startScriptedServer(script: Script, tls?: ServerOptions): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const sockets = new Map<unknown, number>();
  const listener: RequestListener = (request, response) => {
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    request.on('end', async () => {
      sockets.set(request.socket, sockets.get(request.socket) ?? sockets.size + 1);
      const bytes = Buffer.concat(chunks);
      const entry: SeenRequest = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: bytes.toString('utf8'),
        bytes,
        socket: sockets.get(request.socket) ?? 0,
        certificate:
          request.socket instanceof TLSSocket && Boolean(request.socket.getPeerCertificate().subject),
        tlsVersion:
          request.socket instanceof TLSSocket ? (request.socket.getProtocol() ?? undefined) : undefined,
      };
      seen.push(entry);
      const answer = await script(entry, seen.length - 1);
      if (answer.silent === true) {
        return;
      }
      if (answer.resets === true) {
        response.destroy();
        return;
      }
      const closing: Record<string, string> = answer.closes === true ? { connection: 'close' } : {};
      for (const [name, value] of Object.entries({ ...answer.headers, ...closing })) {
        response.setHeader(name, value);
      }
      response.statusCode = answer.status ?? 200;
      response.end(answer.body ?? '');
    });
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    seen,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

/** Starts servers inside the tests of a file; each ends with its test. */
export function useScriptedServers(): (script: Script, tls?: ServerOptions) => Promise<ScriptedServer> {
  const servers: ScriptedServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  return async (script, tls) => {
    const server = await startScriptedServer(script, tls);
    servers.push(server);
    return server;
  };
}
