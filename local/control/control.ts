import type { IncomingMessage, ServerResponse } from 'node:http';
import { createConsolePage } from '../console/console-page.ts';
import type { AnswerDesk } from '../world/cloudformation.ts';
import type { World } from '../world/world.ts';
import { type ControlContext, ControlError, matchPath, sendJson } from './http.ts';
import { sendIndex } from './links.ts';
import { CONTROL_ROUTES } from './routes.ts';

const ROUTES = Object.values(CONTROL_ROUTES)
  .flatMap((routes) => Object.entries(routes))
  .map(([key, { answer }]) => {
    const [method = '', pattern = ''] = key.split(' ');
    return { method, pattern, answer };
  });

/** The paths under `/local` by which people, tests and the console drive the world, and the console at `/`. */
export function createControl(
  world: World,
  desk: AnswerDesk,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { console } = world;
  const context: ControlContext = { world, desk, page: createConsolePage(console) };

  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    if (path === '/local' && request.method === 'GET') return sendIndex(request, response, world.origin);
    const methods: string[] = [];
    for (const { method, pattern, answer } of ROUTES) {
      const values = matchPath(pattern, path);
      if (values === undefined) continue;
      methods.push(method);
      if (method !== request.method) continue;
      const result = await answer(context, {
        request,
        response,
        query: new URLSearchParams(query),
        value: (name) => values.get(name) ?? '',
      });
      if (result === null) response.writeHead(204).end();
      else if (result !== undefined)
        sendJson(response, method === 'POST' && hasCreated(result) ? 201 : 200, result);
      return;
    }
    if (methods.length > 0) {
      throw new ControlError(405, `${request.method} is not possible here; use ${methods.join(' or ')}.`);
    }
    throw new ControlError(404, 'There is nothing at this path; GET /local lists what there is.');
  }

  return async (request, response) => {
    try {
      await answerTo(request, response);
      // Whatever was asked of the world may show in its mailboxes.
      if (request.method !== 'GET') console.exchangeChanged();
    } catch (error) {
      if (response.headersSent) return void response.destroy();
      const status = error instanceof ControlError ? error.status : 500;
      sendJson(response, status, { error: error instanceof Error ? error.message : String(error) });
    }
  };
}

/** What a POST made has an id of its own. */
function hasCreated(result: unknown): boolean {
  return typeof result === 'object' && result !== null && ('itemId' in result || 'ewsUrl' in result);
}
