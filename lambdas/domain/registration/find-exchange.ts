import { type Outcome, refuse } from '../errors.ts';
import { endOfCredentials } from '../model/credential-rules.ts';
import type { Credentials } from '../model/credentials.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { Autodiscover, OutgoingRules } from '../ports/exchange.ts';
import type { EwsUrlCache } from '../ports/store.ts';
import type { Clock } from '../ports/system.ts';
import { knownUrl } from './known-url.ts';
import type { SignInAllowance } from './sign-in-limit.ts';

export interface FindExchangePorts {
  readonly rules: OutgoingRules;
  readonly autodiscover: Autodiscover;
  readonly ewsUrls: EwsUrlCache;
  readonly clock: Clock;
}

export interface FoundExchange {
  readonly ewsUrl: string;
  /** From the cache: worth discovering anew where the server disappoints. From `discovery`: worth remembering. */
  readonly source: 'given' | 'cache' | 'discovery';
  /** Autodiscover server that told it. */
  readonly toldBy?: string | undefined;
}

/** The EWS URL: as given, else known for the domain since less than a day, else discovered as this user. */
export async function findExchange(
  ports: FindExchangePorts,
  request: {
    readonly given: string | undefined;
    readonly credentials: Credentials;
    readonly deadlineMs: EpochMs;
    readonly ignoreCache?: boolean;
    readonly signIns: Pick<SignInAllowance, 'left' | 'failed'>;
  },
): Promise<Outcome<FoundExchange>> {
  const { given, credentials } = request;
  if (given !== undefined) return admit(ports.rules, { ewsUrl: given }, 'given');
  const { ewsUrl: known, toldBy: toldLast } = await knownUrl(
    ports.ewsUrls,
    credentials.email,
    ports.clock.now(),
  );
  const usable = known !== undefined && ports.rules.refuseExchangeUrl(known) === undefined;
  if (usable && request.ignoreCache !== true)
    return { ok: true, value: { ewsUrl: known, source: 'cache', toldBy: toldLast } };
  const { deadlineMs } = request;
  const found = await ports.autodiscover.discover({
    credentials,
    deadlineMs,
    toldLast,
    mostFailedSignIns: request.signIns.left(),
  });
  request.signIns.failed(found.failedSignIns);
  if (!found.ok)
    return refuse(
      'AUTODISCOVER_FAILED',
      `No place told the EWS URL: ${found.verdicts.map(({ place, verdict }) => `${place}: ${verdict}`).join('; ')}. Put one of them right, or give ewsUrl in the client's configuration.`,
      { extra: { tried: found.verdicts } },
    );
  return admit(ports.rules, found, 'discovery');
}

/** Whether an access token that nobody can renew has still some time, by our clock: no phone's counts. */
export function admitTokenTime({ auth }: Credentials, now: EpochMs): Outcome<void> {
  const end = endOfCredentials(auth);
  if (end === undefined || end > now) return { ok: true, value: undefined };
  return refuse(
    'CREDENTIALS_UNREADABLE',
    'Inside the JWE, `auth.expiresAt` lies in the past, and there is no `auth.refresh`. Fetch a new access token before registering. Where it is new, the clock of the phone is wrong: compare it with the Date header of this answer.',
    { extra: { field: 'auth.expiresAt' } },
  );
}

/**
 * Whether these credentials may be renewed where they say. Asked before anything is sent: else the registration
 * would succeed and go silent with the end of its first access token.
 */
export function admitTokenEndpoint(rules: OutgoingRules, { auth }: Credentials): Outcome<void> {
  const refresh = auth.type === 'bearer' ? auth.refresh : undefined;
  const reason = refresh === undefined ? undefined : rules.refuseTokenEndpoint(refresh.tokenEndpoint);
  return reason === undefined ? { ok: true, value: undefined } : refuse('EWS_URL_REFUSED', reason);
}

function admit(
  rules: OutgoingRules,
  { ewsUrl, toldBy }: Pick<FoundExchange, 'ewsUrl' | 'toldBy'>,
  source: FoundExchange['source'],
): Outcome<FoundExchange> {
  const reason = rules.refuseExchangeUrl(ewsUrl);
  return reason === undefined
    ? { ok: true, value: { ewsUrl, source, toldBy } }
    : refuse('EWS_URL_REFUSED', reason);
}
