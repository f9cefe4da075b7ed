import type { ServerResponse } from 'node:http';
import type { World } from '../world/world.ts';

const LINKS: readonly (readonly [string, string])[] = [
  ['/', 'the console'],
  ['/api/ens/alive', 'the API (more calls: docs/api)'],
  ['/local/exchange/mailboxes', 'mailboxes of the simulated Exchange'],
  ['/local/exchange/subscriptions', 'its push subscriptions'],
  ['/local/database', 'every stored row'],
  ['/local/calls', 'every AWS and EWS call'],
  ['/local/logs', 'every log line'],
  ['/local/clock', "the world's clock"],
  ['/local/events', 'every hop as it happens (server-sent events)'],
];

/** What there is beside the console, for whoever drives the world by hand. */
export function index(response: ServerResponse, { origin }: World): void {
  const items = LINKS.map(([path, text]) => `<li><a href="${path}">${path}</a> ${text}</li>`).join('\n');
  const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>ENS, locally</title>
<h1>ENS at ${origin}</h1>
<ul>
${items}
</ul>
</html>
`;
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(page);
}
