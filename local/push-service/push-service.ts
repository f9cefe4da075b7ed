/**
 * A push service for browsers: RFC 8030 towards whoever sends, Mozilla's websocket protocol towards Firefox, and
 * simulated browsers for everybody else.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { type CallLog, FUNCTION_HEADER, REQUEST_HEADER } from '../world/calls.ts';
import type { WorldClock } from '../world/clock.ts';
import type { FaultBoard } from '../world/faults.ts';
import { createBrowserSockets } from './browser-socket.ts';
import { createSimulatedBrowser, type ShownPush, type SimulatedBrowser } from './simulated-browser.ts';
import { createSubscriptions } from './subscriptions.ts';
import { refuseVapid } from './vapid.ts';

/** Where it lives at the world's origin: `POST /push/<id>`, and the websocket at `/push`. */
export const PUSH_PATH = '/push';

/** A push on a simulated browser, with the token that names it. */
export interface BrowserPush extends ShownPush {
  readonly token: string;
}

export interface PushService {
  handle(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  newBrowser(): SimulatedBrowser;
  /** Simulated browsers by their token. */
  browser(token: string): SimulatedBrowser | undefined;
  onShown(listener: (push: BrowserPush) => void): () => void;
  /** What real browsers acknowledge: 100 is shown, 101 not decrypted, 102 not delivered. */
  onAck(listener: (code: number) => void): () => void;
  close(): void;
}

export interface PushServiceOptions {
  readonly origin: () => string;
  readonly clock: WorldClock;
  readonly calls: CallLog;
  readonly faults: FaultBoard;
}

const MAX_BODY_BYTES = 4_096;

export function createPushService({ origin, clock, calls, faults }: PushServiceOptions): PushService {
  const subscriptions = createSubscriptions();
  const browsers = new Map<string, SimulatedBrowser>();
  const listeners = new Set<(push: BrowserPush) => void>();
  const ackListeners = new Set<(code: number) => void>();
  const addressOf = (id: string) => `${origin()}${PUSH_PATH}/${id}`;
  const sockets = createBrowserSockets({
    subscriptions,
    addressOf,
    now: clock.now,
    onAck(_version, code) {
      for (const listener of ackListeners) listener(code);
    },
  });
  const server = new WebSocketServer({ noServer: true });

  /** Status by RFC 8030 and 8292. */
  function statusFor(request: IncomingMessage, id: string, body: Uint8Array): number {
    const { headers } = request;
    const state = subscriptions.state(id);
    if (state !== 'active') return state === 'gone' ? 410 : 404;
    const ttl = headerOf(request, 'ttl');
    const topic = headerOf(request, 'topic');
    if (!/^\d{1,10}$/.test(ttl) || !/^[\w-]{0,32}$/.test(topic)) return 400;
    if (headers['content-encoding'] !== 'aes128gcm') return 415;
    if (body.byteLength > MAX_BODY_BYTES) return 413;
    const refused = refuseVapid(headers.authorization, new URL(origin()).origin, clock.now());
    if (refused !== undefined) return refused.status;
    const urgency = headerOf(request, 'urgency') || 'normal';
    const message = { body, ttlSeconds: Number(ttl), urgency, ...(topic === '' ? {} : { topic }) };
    subscriptions.deliver(id, message, clock.now());
    return 201;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = new Date(clock.now()).toISOString();
    const started = performance.now();
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const fault = faults.take('webpush', 'Push');
    if (fault !== undefined && fault.delayMs > 0)
      await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    const id = (request.url ?? '').slice(PUSH_PATH.length + 1);
    const status =
      fault?.error === undefined ? statusFor(request, id, Buffer.concat(chunks)) : Number(fault.error);
    calls.record({
      at,
      function: headerOf(request, FUNCTION_HEADER),
      requestId: headerOf(request, REQUEST_HEADER),
      service: 'webpush',
      action: 'Push',
      ms: Math.round(performance.now() - started),
      outcome: status === 201 ? 'ok' : String(status),
    });
    response.writeHead(status, status === 201 ? { location: `${PUSH_PATH}/message` } : {}).end();
  }

  return {
    handle(request, response) {
      if (request.method !== 'POST') response.writeHead(405).end();
      else void answer(request, response);
    },
    upgrade(request, socket, head) {
      server.handleUpgrade(request, socket, head, (webSocket) => sockets.accept(webSocket));
    },
    newBrowser() {
      const browser: SimulatedBrowser = createSimulatedBrowser({
        subscriptions,
        addressOf,
        now: clock.now,
        onShown(push) {
          for (const listener of listeners) listener({ ...push, token: browser.token });
        },
      });
      browsers.set(browser.token, browser);
      return browser;
    },
    browser: (token) => browsers.get(token),
    onShown(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onAck(listener) {
      ackListeners.add(listener);
      return () => ackListeners.delete(listener);
    },
    close() {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
