import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Console } from '../console/console.ts';
import { consoleRoutes } from '../console/routes.ts';
import type { AnswerDesk } from '../world/cloudformation.ts';
import type { World } from '../world/world.ts';
import { exchangeFaultRoutes } from './exchange-fault-routes.ts';
import { exchangeRoutes } from './exchange-routes.ts';
import { ControlError, matchPath, readJson, sendJson } from './http.ts';
import { operatorRoutes } from './operator-routes.ts';
import { worldRoutes } from './world-routes.ts';

/** The paths under `/local` by which people, tests and the console drive the world, and the console at `/`. */
export function createControl(
  world: World,
  desk: AnswerDesk,
  console: Console,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const handlers = {
    ...worldRoutes(world, desk),
    ...exchangeRoutes(world),
    ...exchangeFaultRoutes(world),
    ...operatorRoutes(world),
    ...consoleRoutes(console),
  };
  const routes = Object.entries(handlers).map(([key, handler]) => {
    const [method = '', pattern = ''] = key.split(' ');
    return { method, pattern, handler };
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const methods: string[] = [];
    for (const { method, pattern, handler } of routes) {
      const values = matchPath(pattern, path);
      if (values === undefined) continue;
      methods.push(method);
      if (method !== request.method) continue;
      const result = await handler({
        request,
        response,
        query: new URLSearchParams(query),
        value: (name) => values.get(name) ?? '',
        body: (schema) => readJson(request, schema),
      });
      if (result === null) response.writeHead(204).end();
      else if (result !== undefined)
        sendJson(response, method === 'POST' && hasCreated(result) ? 201 : 200, result);
      return;
    }
    if (methods.length > 0) {
      throw new ControlError(405, `${request.method} is not possible here; use ${methods.join(' or ')}.`);
    }
    throw new ControlError(404, 'There is nothing at this path; GET / lists what there is.');
  }

  return async (request, response) => {
    try {
      await answer(request, response);
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
