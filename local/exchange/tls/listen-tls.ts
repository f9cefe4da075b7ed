import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { SecureVersion } from 'node:tls';

export interface TlsOptions {
  /** PEM; the chain may follow the leaf. */
  readonly certificate: string;
  readonly privateKey: string;
  /** PEM of the authorities whose client certificates are accepted; without it none is asked for. */
  readonly clientAuthority?: string | undefined;
  /** Cut the handshake where no trusted client certificate is shown. Default: the server decides per mailbox. */
  readonly clientCertificateRequired?: boolean | undefined;
  readonly minVersion?: SecureVersion | undefined;
  readonly maxVersion?: SecureVersion | undefined;
  readonly port?: number | undefined;
}

export interface TlsListener {
  readonly port: number;
  /** `https://127.0.0.1:<port>` */
  readonly origin: string;
  close(): void;
}

/** Serves a handler on 127.0.0.1 over TLS. */
export async function listenTls(
  handle: (request: IncomingMessage, response: ServerResponse, path: string) => void,
  options: TlsOptions,
): Promise<TlsListener> {
  const server = createServer(
    {
      cert: options.certificate,
      key: options.privateKey,
      ca: options.clientAuthority,
      requestCert: options.clientAuthority !== undefined,
      rejectUnauthorized: options.clientCertificateRequired ?? false,
      minVersion: options.minVersion,
      maxVersion: options.maxVersion,
    },
    (request, response) => handle(request, response, request.url ?? '/'),
  );
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    origin: `https://127.0.0.1:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
