import type { ServerResponse } from 'node:http';
import type { EventBus } from '../world/events.ts';

/** Server-sent events: one per hop, `event:` its kind and `data:` the hop as JSON, until the reader leaves. */
export function streamEvents(response: ServerResponse, events: EventBus): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': every hop from now on\n\n');
  const stop = events.on((event) => {
    response.write(`event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`);
  });
  response.on('close', stop);
}
