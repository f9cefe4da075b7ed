/** The calls of the service's contract that the web app makes, at its own origin. */

const BASE = '/api/ens';

/** A refusal of the service (RFC 9457), or a network that is away (`code` NETWORK). */
export interface Problem {
  readonly code: string;
  /** Says what to do. */
  readonly detail: string;
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

export interface PublicKey {
  readonly keyId: string;
  readonly publicKey: { readonly kty: string; readonly n: string; readonly e: string };
  readonly challenge: string;
}

export interface Registered {
  readonly registrationId: string;
  readonly ewsUrl: string;
  readonly renewAfter: string;
}

export interface CheckedIn {
  readonly status: 'active' | 'lost' | 'credentials-rejected' | 'device-gone';
  readonly renewAfter: string;
}

export interface Configuration {
  readonly webPush: boolean;
  readonly applicationServerKey?: string;
  readonly webMailUrl?: string;
}

export function getConfiguration(): Promise<Answer<Configuration>> {
  return call('GET', '/app/config.json', {});
}

export function getPublicKey(apiToken: string): Promise<Answer<PublicKey>> {
  return call('POST', `${BASE}/getpublickey`, { apiToken, body: {} });
}

export function register(apiToken: string, body: object): Promise<Answer<Registered>> {
  return call('POST', `${BASE}/register`, { apiToken, body });
}

export function checkIn(apiToken: string, registrationId: string): Promise<Answer<CheckedIn>> {
  return call('GET', `${BASE}/register/${registrationId}`, { apiToken });
}

export function unregister(apiToken: string, registrationId: string): Promise<Answer<undefined>> {
  return call('DELETE', `${BASE}/register/${registrationId}`, { apiToken });
}

async function call<T>(
  method: string,
  path: string,
  { apiToken, body }: { readonly apiToken?: string; readonly body?: object },
): Promise<Answer<T>> {
  const headers = {
    ...(apiToken === undefined ? {} : { ApiToken: apiToken }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  try {
    const response = await fetch(path, {
      method,
      headers,
      cache: 'no-store',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const value = text === '' ? undefined : JSON.parse(text);
    if (response.ok) return { ok: true, value };
    return { ok: false, problem: problemOf(response.status, value) };
  } catch {
    return { ok: false, problem: { code: 'NETWORK', detail: '' } };
  }
}

/** The gateway's own refusals carry no code: its status stands in. */
function problemOf(status: number, value: unknown): Problem {
  const members = typeof value === 'object' && value !== null ? value : {};
  const code = 'code' in members && typeof members.code === 'string' ? members.code : `HTTP_${status}`;
  const detail = 'detail' in members && typeof members.detail === 'string' ? members.detail : '';
  return { code, detail };
}
