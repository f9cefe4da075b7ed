import type { IncomingMessage, ServerResponse } from 'node:http';
import type * as z from 'zod';
import type { ConsolePage } from '../console/console-page.ts';
import type { AnswerDesk } from '../world/cloudformation.ts';
import type { World } from '../world/world.ts';
import { describeBody } from './describe-body.ts';

/** What the caller did wrong, in a sentence that says what to do. */
export class ControlError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface ControlCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** Decoded values of the `{name}` segments. */
  value(name: string): string;
}

/** What the routes drive. */
export interface ControlContext {
  readonly world: World;
  readonly desk: AnswerDesk;
  readonly page: ConsolePage;
}

/** One route of the local world; docs/local-world.md and `GET /local` are made from it. */
export interface ControlRoute {
  /** What it does and answers, for whoever calls it. */
  readonly does: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: z.ZodType;
  /** The answer as JSON; undefined: it has been given already; null: 204. */
  readonly answer: (context: ControlContext, call: ControlCall) => unknown;
}

/** Routes by `METHOD /path`. */
export type ControlRoutes = Readonly<Record<string, ControlRoute>>;

export function route(
  does: string,
  answer: ControlRoute['answer'],
  query?: Readonly<Record<string, string>>,
): ControlRoute {
  return query === undefined ? { does, answer } : { does, answer, query };
}

/** A route with a JSON body, which is checked before the route sees it. */
export function routeWithBody<T extends z.ZodType>(
  does: string,
  body: T,
  answer: (context: ControlContext, body: z.infer<T>, call: ControlCall) => unknown,
): ControlRoute {
  return {
    does,
    body,
    answer: async (context, call) => answer(context, await readJson(call.request, body), call),
  };
}

/** Compares segment by segment, so that encoded slashes in an id stay part of it. */
export function matchPath(pattern: string, path: string): Map<string, string> | undefined {
  const [wanted, actual] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== actual.length) return undefined;
  const values = new Map<string, string>();
  for (const [index, segment] of wanted.entries()) {
    const value = actual[index] ?? '';
    if (segment.startsWith('{')) values.set(segment.slice(1, -1), decode(value));
    else if (segment !== value) return undefined;
  }
  return values;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ControlError(400, `The path segment ${segment} is not percent-encoded correctly.`);
  }
}

async function readJson<T extends z.ZodType>(request: IncomingMessage, schema: T): Promise<z.infer<T>> {
  const text = await readText(request);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ControlError(400, 'The body has to be JSON, sent with curl as -d \'{"…": …}\'.');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const complaints = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`,
  );
  throw new ControlError(
    400,
    `The body is not as documented: ${complaints.join('; ')}. Expected: ${describeBody(schema)}.`,
  );
}

export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}
