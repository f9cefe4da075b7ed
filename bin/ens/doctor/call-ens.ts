import { failureOfError } from '#adapters/ews/outgoing/network-failures.ts';

/** What ENS, or whatever stands at its address, answered; `body` is undefined where it is no JSON object. */
export type EnsAnswer =
  | {
      readonly answered: true;
      readonly status: number;
      readonly body: Readonly<Record<string, unknown>> | undefined;
    }
  | { readonly answered: false; readonly why: string };

/** Longer than the gateway waits, so that its own answer is heard. */
const TIMEOUT_MS = 35_000;

/** One call as a client makes it. Follows no redirect: the token goes nowhere else. */
export async function callEns(
  url: string,
  request: {
    readonly method: 'GET' | 'POST' | 'DELETE';
    readonly apiToken?: string | undefined;
    readonly body?: unknown;
  },
): Promise<EnsAnswer> {
  try {
    const response = await fetch(url, {
      method: request.method,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(request.apiToken === undefined ? {} : { ApiToken: request.apiToken }),
        ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    return { answered: true, status: response.status, body: objectIn(await response.text()) };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const failure = failureOfError(cause, false);
    const detail = 'detail' in failure ? failure.detail : undefined;
    return { answered: false, why: detail ?? 'no answer in time' };
  }
}

/** The `code` of a problem document. */
export function codeIn(body: Readonly<Record<string, unknown>> | undefined): string | undefined {
  return typeof body?.code === 'string' ? body.code : undefined;
}

export function detailIn(body: Readonly<Record<string, unknown>> | undefined): string {
  return typeof body?.detail === 'string' ? body.detail : '';
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}
