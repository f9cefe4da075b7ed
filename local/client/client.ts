import { createHash } from 'node:crypto';
import { CompactEncrypt, importJWK, type JWK } from 'jose';
import * as z from 'zod';
import { isObject, type Json, objectAt, parseJson, textAt } from '../template/json.ts';

/** What the app on a phone knows: its push token, its user's mailbox, how it wants to be told. */
export interface Phone {
  readonly platform: string;
  readonly token: string;
  readonly deviceId: string;
  readonly email: string;
  readonly auth: Json;
  /** Undefined: left for the service to find. */
  readonly ewsUrl?: string | undefined;
  readonly preferences: Json;
}

/** The part of a phone that its credentials are bound to. */
export type Device = Pick<Phone, 'deviceId' | 'platform' | 'token'>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** Refusals as RFC 9457 writes them, with `code` from the published list. */
export interface Problem {
  readonly code: string;
  readonly detail: string;
}

/** An answer read: `value` where the call succeeded, `problem` where it was refused. */
export interface Reply<T> extends Answer {
  readonly value?: T | undefined;
  readonly problem?: Problem | undefined;
}

const publicKey = z.object({
  keyId: z.string(),
  publicKey: z.record(z.string(), z.unknown()),
  algorithm: z.string(),
  encryption: z.string(),
  challenge: z.string(),
});
const registration = z.object({
  registrationId: z.string(),
  status: z.string(),
  ewsUrl: z.string(),
  renewAfter: z.string(),
  expiresAt: z.string(),
});
const checkedIn = z.object({
  registrationId: z.string(),
  status: z.enum(['active', 'lost', 'credentials-rejected', 'device-gone']),
});
const alive = z.object({ status: z.string() });

export type Registration = z.infer<typeof registration>;
export type CheckedIn = z.infer<typeof checkedIn>;

export interface Client {
  /** A call as the app makes it: JSON in and out, with the API token. */
  call(method: string, path: string, body?: Json, headers?: Record<string, string>): Promise<Answer>;
  /**
   * Encrypts credentials for the newest public key and binds them to this device and moment, as the app does.
   * Members of `content` replace those. Rejects where no key is given out.
   */
  seal(content: { readonly [name: string]: Json }, device: Device): Promise<string>;
  getPublicKey(): Promise<Reply<z.infer<typeof publicKey>>>;
  /** Fetches a key, encrypts the credentials for it and registers: 201 the first time, 200 when renewed. */
  register(phone: Phone): Promise<Reply<Registration>>;
  checkIn(registrationId: string): Promise<Reply<CheckedIn>>;
  unregister(registrationId: string): Promise<Reply<undefined>>;
  alive(): Promise<Reply<z.infer<typeof alive>>>;
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

  const getPublicKey = async () => read(await call('POST', '/getpublickey', {}), publicKey);

  async function seal(content: { readonly [name: string]: Json }, device: Device): Promise<string> {
    const { value } = await getPublicKey();
    if (value === undefined) throw new Error('getpublickey answers no key');
    const jwk: JWK = Object.fromEntries(
      Object.entries(value.publicKey).map(([name, member]) => [name, String(member)]),
    );
    const bound = { challenge: value.challenge, device: boundDevice(device), ...content };
    return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(bound)))
      .setProtectedHeader({ alg: value.algorithm, enc: value.encryption, kid: value.keyId })
      .encrypt(await importJWK(jwk, value.algorithm));
  }

  return {
    call,
    seal,
    getPublicKey,
    async register(phone) {
      const { platform, token, deviceId, email, auth, ewsUrl, preferences } = phone;
      const body = {
        device: { id: deviceId, platform, token },
        mailbox: ewsUrl === undefined ? {} : { ewsUrl },
        credentials: await seal({ email, auth }, phone),
        preferences,
      };
      return read(await call('POST', '/register', body), registration);
    },
    checkIn: async (id) => read(await call('GET', `/register/${encodeURIComponent(id)}`), checkedIn),
    unregister: async (id) =>
      read(
        await call('DELETE', `/register/${encodeURIComponent(id)}`),
        z.unknown().transform(() => undefined),
      ),
    alive: async () => read(await call('GET', '/alive'), alive),
  };
}

/** `device` inside the JWE: a captured request is worth nothing for another phone or push token. */
function boundDevice({ deviceId, platform, token }: Device): Json {
  return { id: deviceId, platform, tokenSha256: createHash('sha256').update(token).digest('base64url') };
}

function read<T extends z.ZodType>(answer: Answer, schema: T): Reply<z.infer<T>> {
  if (answer.status < 300) return { ...answer, value: schema.parse(answer.body) };
  return { ...answer, problem: problemOf(answer) };
}

/** The gateway's own refusals carry no code: its status stands in. */
function problemOf({ status, body }: Answer): Problem {
  const problem = isObject(body) ? body : {};
  if (typeof problem.code !== 'string') return { code: String(status), detail: 'The gateway answered.' };
  return { code: problem.code, detail: textAt(objectAt(body, 'problem').detail ?? '', 'detail') };
}

function readBody(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
