import { randomBytes, randomUUID } from 'node:crypto';
import { CompactEncrypt, importJWK, type JWK } from 'jose';
import { isObject, type Json, objectAt, parseJson, textAt } from '../template/json.ts';

/** What the app on a phone knows: its push token, its user's mailbox, how it wants to be told. */
export interface Phone {
  readonly platform: string;
  readonly token: string;
  readonly deviceId: string;
  readonly email: string;
  readonly auth: Json;
  readonly ewsUrl: string;
  readonly preferences: Json;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface Client {
  /** A call as the app makes it: JSON in and out, with the API token. */
  call(method: string, path: string, body?: Json, headers?: Record<string, string>): Promise<Answer>;
  /** Encrypts credentials for the newest public key, as the app does. */
  seal(content: Json): Promise<string>;
  register(phone: Phone): Promise<Answer>;
}

export const DEFAULT_PREFERENCES = { content: 'subject-and-sender', badge: true, sound: true } as const;

/** A phone with a made-up push token and device id, signing in with Basic. */
export function newPhone(of: Pick<Phone, 'email' | 'ewsUrl'> & { readonly password: string }): Phone {
  return {
    platform: 'apns',
    token: randomBytes(32).toString('hex'),
    deviceId: randomUUID(),
    email: of.email,
    auth: { type: 'basic', username: of.email, password: of.password },
    ewsUrl: of.ewsUrl,
    preferences: DEFAULT_PREFERENCES,
  };
}

/** Speaks to the API at `origin` as a client does: nothing here knows the service from inside. */
export function createClient(origin: string, apiToken: string): Client {
  async function call(
    method: string,
    path: string,
    body?: Json,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${origin}/api/ens${path}`, {
      method,
      headers: { ApiToken: apiToken, 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: readBody(text) };
  }

  async function seal(content: Json): Promise<string> {
    const answer = objectAt((await call('POST', '/getpublickey', {})).body, 'answer of getpublickey');
    const { publicKey } = answer;
    if (!isObject(publicKey)) throw new Error('getpublickey answers no key');
    const jwk: JWK = Object.fromEntries(
      Object.entries(publicKey).map(([name, value]) => [name, String(value)]),
    );
    return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(content)))
      .setProtectedHeader({
        alg: textAt(answer.algorithm, 'algorithm'),
        enc: textAt(answer.encryption, 'encryption'),
        kid: textAt(answer.keyId, 'keyId'),
      })
      .encrypt(await importJWK(jwk, 'RSA-OAEP-256'));
  }

  return {
    call,
    seal,
    register: async ({ platform, token, deviceId, email, auth, ewsUrl, preferences }) =>
      call('POST', '/register', {
        device: { id: deviceId, platform, token },
        mailbox: { ewsUrl },
        credentials: await seal({ email, auth }),
        preferences,
      }),
  };
}

function readBody(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
