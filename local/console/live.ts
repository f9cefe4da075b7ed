import type { ServerResponse } from 'node:http';
import type { Console } from './console.ts';
import type { JourneyView } from './view.ts';

const GATHER_MS = 20;
const KEEP_ALIVE_MS = 15_000;

/**
 * Server-sent events for the page: `all` at first, so that a page which comes late or comes back has everything,
 * then `phones`, `exchange`, `clock` and `journey` as they change.
 */
export function createLive(console: Console): { join(response: ServerResponse): void; clockChanged(): void } {
  const readers = new Set<ServerResponse>();
  const pending = new Map<string, () => string>();
  let planned = false;

  /** A burst of changes becomes one message, with what is true when it leaves. */
  function plan(key: string, make: () => string): void {
    if (readers.size === 0) return;
    pending.set(key, make);
    if (planned) return;
    planned = true;
    setTimeout(flush, GATHER_MS).unref();
  }

  function flush(): void {
    planned = false;
    const messages = [...pending.values()].map((make) => make());
    pending.clear();
    for (const reader of readers) for (const message of messages) reader.write(message);
  }

  const message = (event: string, value: unknown) => `event: ${event}\ndata: ${JSON.stringify(value)}\n\n`;
  console.handsets.onChange(() => plan('phones', () => message('phones', console.handsets.views())));
  console.onExchangeChange(() => {
    plan('exchange', () => message('exchange', console.view().exchange));
    // Whether a phone knows the password is the mailbox's doing too.
    plan('phones', () => message('phones', console.handsets.views()));
  });
  console.journeys.onChange((journey: JourneyView) =>
    plan(`journey ${journey.id}`, () => message('journey', journey)),
  );

  return {
    join(response) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(message('all', console.view()));
      readers.add(response);
      const alive = setInterval(() => response.write(': still here\n\n'), KEEP_ALIVE_MS);
      alive.unref();
      response.on('close', () => {
        clearInterval(alive);
        readers.delete(response);
      });
    },
    clockChanged: () => plan('clock', () => message('clock', console.clock())),
  };
}
