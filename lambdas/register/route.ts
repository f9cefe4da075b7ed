import { createPublicKey } from 'node:crypto';
import type { z } from 'zod';
import type { AuthorizeClient } from '#domain/access/authorize-client.ts';
import { DependencyUnavailable, ERROR_TABLE, type Outcome, type Refusal, refuse } from '#domain/errors.ts';
import type { EpochMs } from '#domain/model/subscription.ts';
import type { KeyPairStore, RegistrationStore } from '#domain/ports/store.ts';
import type { Clock, Log, Metrics } from '#domain/ports/system.ts';
import type { ChallengePorts } from '#domain/registration/challenge.ts';
import { checkIn, unregister } from '#domain/registration/check-in.ts';
import { getPublicKey } from '#domain/registration/get-public-key.ts';
import type { createRegisterDevice } from '#domain/registration/register-device.ts';
import { empty, type HttpReply, type HttpRequest, json } from '#runtime/http.ts';
import type { Route } from '#runtime/http-function.ts';
import { problem } from '#runtime/problem.ts';
import { readBody } from '#runtime/read-body.ts';
import type { checkInReply, publicKeyReply, registerReply } from './reply-schema.ts';
import { publicKeyBody, registerBody } from './request-schema.ts';

export interface RegisterRouteParts {
  readonly authorize: AuthorizeClient;
  readonly keyPairs: KeyPairStore;
  readonly registrations: RegistrationStore;
  readonly registerDevice: ReturnType<typeof createRegisterDevice>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly keyRotationMs: number;
  readonly pepper: ChallengePorts['pepper'];
  readonly clock: Clock;
  readonly bodyBytes: number;
}

type Answer = Promise<Outcome<HttpReply>>;

/** The client's calls, all behind the API token. */
export function createRegisterRoute(parts: RegisterRouteParts): Route {
  const calls: Readonly<Record<string, (request: HttpRequest) => Answer>> = {
    'POST /api/ens/getpublickey': publicKey,
    'POST /api/ens/register': register,
    'GET /api/ens/register/{registrationId}': checkInCall,
    'DELETE /api/ens/register/{registrationId}': unregisterCall,
  };

  return async (request) => {
    const outcome = await answer(request).catch(refuseOutage);
    if (outcome.ok) return outcome.value;
    report(outcome.refusal);
    return problem(outcome.refusal, request.requestId);
  };

  async function answer(request: HttpRequest): Answer {
    const authorized = await parts.authorize(request.headers.apitoken);
    if (!authorized.ok) return authorized;
    const call = calls[request.routeKey];
    if (call === undefined) throw new TypeError('route without a call');
    return call(request);
  }

  async function publicKey(request: HttpRequest): Answer {
    const body = readBody(request.body.byteLength === 0 ? Buffer.from('{}') : request.body, publicKeyBody);
    if (!body.ok) return body;
    const found = await getPublicKey(parts, parts.keyRotationMs);
    if (!found.ok) return found;
    const { pair, renewAfter, challenge } = found.value;
    const key = createPublicKey({ key: Buffer.from(pair.publicKey), format: 'der', type: 'spki' });
    const { n = '', e = '' } = key.export({ format: 'jwk' });
    return done<typeof publicKeyReply>(200, {
      keyId: pair.id,
      publicKey: { kty: 'RSA', n, e, kid: pair.id, use: 'enc', alg: 'RSA-OAEP-256' },
      pem: key.export({ format: 'pem', type: 'spki' }).toString(),
      algorithm: 'RSA-OAEP-256',
      encryption: 'A256GCM',
      renewAfter: instant(renewAfter),
      challenge: challenge.challenge,
      challengeExpiresAt: instant(challenge.expiresAt),
    });
  }

  async function register(request: HttpRequest): Answer {
    if (request.body.byteLength > parts.bodyBytes)
      return refuse('CREDENTIALS_TOO_LARGE', `The request has more than ${parts.bodyBytes} bytes.`);
    const body = readBody(request.body, registerBody);
    if (!body.ok) return body;
    const { device, mailbox, credentials, preferences } = body.value;
    const registered = await parts.registerDevice({
      device,
      ewsUrl: mailbox.ewsUrl,
      credentialsJwe: credentials,
      preferences,
    });
    if (!registered.ok) return registered;
    const { registrationId, created, ewsUrl, renewAfter, expiresAt } = registered.value;
    parts.metrics.count(created ? 'RegistrationCreated' : 'RegistrationRenewed');
    return done<typeof registerReply>(created ? 201 : 200, {
      registrationId,
      status: 'active',
      ewsUrl,
      renewAfter: instant(renewAfter),
      expiresAt: instant(expiresAt),
    });
  }

  async function checkInCall(request: HttpRequest): Answer {
    const found = await checkIn(parts.registrations, request.path.registrationId ?? '');
    if (!found.ok) return found;
    const { registrationId, status, lastSeenAt, renewAfter } = found.value;
    return done<typeof checkInReply>(200, {
      registrationId,
      status,
      lastSeenAt: lastSeenAt === undefined ? null : instant(lastSeenAt),
      renewAfter: instant(renewAfter),
    });
  }

  async function unregisterCall(request: HttpRequest): Answer {
    await unregister(parts.registrations, request.path.registrationId ?? '', parts.clock.now());
    return { ok: true, value: empty(204) };
  }

  function refuseOutage(error: unknown): Outcome<HttpReply> {
    if (!(error instanceof DependencyUnavailable)) throw error;
    if (error.dependency === 'database') parts.metrics.count('DatabaseUnavailable');
    if (error.dependency === 'kms') parts.metrics.count('KeyUnavailable');
    if (error.dependency === 'sns') parts.metrics.count(error.transient ? 'PushLater' : 'PushMisconfigured');
    parts.log.error('dependency-unavailable', {
      dependency: error.dependency,
      code: error.code,
      transient: error.transient,
    });
    return refuse(
      'TEMPORARILY_UNAVAILABLE',
      'A part of the service does not answer at the moment. Nothing was changed; send the same request again later.',
      { retryAfterSeconds: 30 },
    );
  }

  function report(refusal: Refusal): void {
    // Anybody may send these: they are counted by countingRefusedCalls.
    if (refusal.code === 'API_TOKEN_INVALID') return;
    parts.metrics.count('RegistrationRefused');
    parts.log[ERROR_TABLE[refusal.code].logLevel]('refused', { code: refusal.code });
  }
}

function done<Schema extends z.ZodType>(
  statusCode: number,
  value: z.infer<Schema>,
): { readonly ok: true; readonly value: HttpReply } {
  return { ok: true, value: json(statusCode, value) };
}

function instant(epochMs: EpochMs): string {
  return new Date(epochMs).toISOString();
}
