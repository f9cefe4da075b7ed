import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface PostAnswer {
  readonly status: number;
  readonly body: string;
  /** The id that the gateway gave the request, where it did. */
  readonly requestId?: string | undefined;
}

export interface Poster {
  /** Sends one callback. Rejects where no whole answer comes; follows no redirect. */
  post(url: string, body: string): Promise<PostAnswer>;
  close(): void;
}

const SOAP_ACTION = 'http://schemas.microsoft.com/exchange/services/2006/messages/SendNotification';

/** Sends callbacks as Exchange does: HTTP/1.1, Content-Length, kept connections, nothing that authenticates the caller. */
export function createPoster(options: {
  readonly timeoutMs: number;
  readonly ca?: string | undefined;
  readonly maxSockets?: number | undefined;
}): Poster {
  const agentOptions = { keepAlive: true, maxSockets: options.maxSockets ?? 256 };
  const http = new HttpAgent(agentOptions);
  const https = new HttpsAgent({ ...agentOptions, ca: options.ca });
  return {
    post(url, body) {
      const { promise, resolve, reject } = Promise.withResolvers<PostAnswer>();
      const bytes = Buffer.from(body, 'utf8');
      const settings = {
        method: 'POST',
        headers: {
          Accept: 'text/xml',
          'Content-Type': 'text/xml; charset=utf-8',
          Soapaction: SOAP_ACTION,
          'Content-Length': bytes.length,
        },
        timeout: options.timeoutMs,
      };
      const request = url.startsWith('https:')
        ? httpsRequest(url, { ...settings, agent: https })
        : httpRequest(url, { ...settings, agent: http });
      request.on('timeout', () => request.destroy(new Error('the listener did not answer in time')));
      request.on('error', reject);
      request.on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const id = response.headers['apigw-requestid'];
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(parts).toString('utf8'),
            requestId: typeof id === 'string' ? id : undefined,
          });
        });
      });
      request.end(bytes);
      return promise;
    },
    close() {
      http.destroy();
      https.destroy();
    },
  };
}
