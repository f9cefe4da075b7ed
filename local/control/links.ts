import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '../world/faults.ts';
import { describeBody } from './describe-body.ts';
import { FAULT_ACTIONS, FAULT_SERVICES, type FaultWord, faultWords } from './fault-words.ts';
import { sendJson } from './http.ts';
import { CONTROL_ROUTES } from './routes.ts';

/** One route as it is listed. */
export interface ListedRoute {
  readonly method: string;
  readonly path: string;
  readonly does: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

export interface ListedFaults {
  readonly service: Fault['service'];
  readonly actions: readonly string[];
  readonly errors: readonly FaultWord[];
}

/** `GET /local` itself, which cannot stand among the routes that it lists. */
const SELF: ListedRoute = {
  method: 'GET',
  path: '/local',
  does: 'this list: a page for browsers, JSON for everybody else',
};

export function listRoutes(): readonly { readonly part: string; readonly routes: readonly ListedRoute[] }[] {
  return Object.entries(CONTROL_ROUTES).map(([part, routes], index) => ({
    part,
    routes: [
      ...(index === 0 ? [SELF] : []),
      ...Object.entries(routes).map(([key, { does, query, body }]) => {
        const [method = '', path = ''] = key.split(' ');
        return { method, path, does, query, body: body === undefined ? undefined : describeBody(body) };
      }),
    ],
  }));
}

export function listFaults(): readonly ListedFaults[] {
  return FAULT_SERVICES.map((service) => ({
    service,
    actions: FAULT_ACTIONS[service],
    errors: faultWords(service),
  }));
}

/** Everything that the world can be asked, for whoever drives it by hand or by program. */
export function sendIndex(request: IncomingMessage, response: ServerResponse, origin: string): void {
  if (!(request.headers.accept ?? '').includes('text/html')) {
    sendJson(response, 200, {
      origin,
      routes: listRoutes().flatMap(({ routes }) => routes),
      faults: listFaults(),
    });
    return;
  }
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
  });
  response.end(indexPage(origin));
}

function indexPage(origin: string): string {
  const parts = listRoutes().map(
    ({ part, routes }) => `<h2>${html(part)}</h2>\n<ul>\n${routes.map(item).join('\n')}\n</ul>`,
  );
  const faults = listFaults().map(
    ({ service, actions, errors }) =>
      `<h3>${service}</h3>\n<p>Actions: ${actions.join(', ')}</p>\n<ul>\n${errors
        .map(([word, meaning]) => `<li><code>${html(word)}</code> ${html(meaning ?? '')}</li>`)
        .join('\n')}\n</ul>`,
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>ENS, locally</title>
<h1>ENS at ${html(origin)}</h1>
<p>The API is at <a href="/api/ens/alive">/api/ens</a> (docs/api); what follows drives the world around it.</p>
${parts.join('\n')}
<h2>Words of POST /local/faults</h2>
${faults.join('\n')}
</html>
`;
}

function item({ method, path, does, query, body }: ListedRoute): string {
  const isLink = method === 'GET' && !path.includes('{');
  const shown = isLink ? `<a href="${path}">${path}</a>` : html(path);
  const more = [
    ...Object.entries(query ?? {}).map(([name, meaning]) => `<code>?${name}=</code> ${html(meaning)}`),
    ...(body === undefined ? [] : [`<code>${html(body)}</code>`]),
  ];
  return `<li><code>${method} ${shown}</code> ${html(does)}${more.map((line) => `<br>${line}`).join('')}</li>`;
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
