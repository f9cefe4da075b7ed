import type { RouteSpec } from '../template/model.ts';

export interface RouteMatch {
  readonly route: RouteSpec;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface Compiled {
  readonly route: RouteSpec;
  readonly method: string;
  readonly segments: readonly string[];
}

/**
 * Finds routes as HTTP API does: the whole path with the fewest variables first, then greedy (`{proxy+}`)
 * ones, then `$default`; a route with its own method before `ANY`.
 */
export function createRouter(
  routes: readonly RouteSpec[],
): (method: string, path: string) => RouteMatch | undefined {
  const fallback = routes.find((route) => route.key === '$default');
  const compiled = routes
    .filter((route) => route !== fallback)
    .map((route): Compiled => {
      const [method = 'ANY', path = '/'] = route.key.split(' ');
      return { route, method, segments: path.split('/').slice(1) };
    })
    .sort((a, b) => rank(a) - rank(b));
  return (method, path) => {
    const actual = path.split('/').slice(1);
    for (const candidate of compiled) {
      if (candidate.method !== method && candidate.method !== 'ANY') continue;
      const pathParameters = match(candidate.segments, actual);
      if (pathParameters !== undefined) return { route: candidate.route, pathParameters };
    }
    return fallback === undefined ? undefined : { route: fallback, pathParameters: {} };
  };
}

function rank({ method, segments }: Compiled): number {
  const greedy = segments.some((segment) => segment.endsWith('+}')) ? 1000 : 0;
  const variables = segments.filter((segment) => segment.startsWith('{')).length * 10;
  return greedy + variables + (method === 'ANY' ? 1 : 0);
}

function match(pattern: readonly string[], actual: readonly string[]): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [index, segment] of pattern.entries()) {
    const value = actual[index];
    if (segment.endsWith('+}')) {
      found[segment.slice(1, -2)] = actual.slice(index).join('/');
      return actual.length > index ? found : undefined;
    }
    if (value === undefined) return undefined;
    if (segment.startsWith('{')) {
      if (value === '') return undefined;
      found[segment.slice(1, -1)] = value;
    } else if (segment !== value) return undefined;
  }
  return pattern.length === actual.length ? found : undefined;
}
