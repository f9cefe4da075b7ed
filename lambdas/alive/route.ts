import { DependencyUnavailable, type Outcome, refuse } from '#domain/errors.ts';
import type { Health } from '#domain/health/check-health.ts';
import { json } from '#runtime/http.ts';
import type { Route } from '#runtime/http-function.ts';
import { problem } from '#runtime/problem.ts';

export interface DeepHealth {
  readonly authorize: (token: string | undefined) => Promise<Outcome<void>>;
  readonly check: () => Promise<Health>;
}

/**
 * `GET /alive` touches nothing and needs no token; `?deep=true` checks what the service depends on, behind the
 * API token. A database that is away cannot tell a good token from a bad one: that is the
 * answer then, and no more is said to somebody unknown.
 */
export function createAliveRoute(version: string, deep: () => Promise<DeepHealth>): Route {
  return async (request) => {
    if (request.query.deep !== 'true') return json(200, { status: 'ok', version });
    const { authorize, check } = await deep();
    const authorized = await authorize(request.headers.apitoken).catch(databaseAway);
    if (authorized === 'database-away')
      return json(503, { status: 'degraded', checks: { database: { status: 'failed', ms: 0 } } });
    if (!authorized.ok) return problem(authorized.refusal, request.requestId);
    const health = await check();
    return json(health.status === 'ok' ? 200 : 503, health);
  };
}

function databaseAway(error: unknown): 'database-away' {
  if (error instanceof DependencyUnavailable) return 'database-away';
  throw error;
}

export const INTERNAL = refuse(
  'INTERNAL',
  'The request id in `instance` finds the cause in the log of the function.',
).refusal;
