import { type Outcome, refuse } from '../errors.ts';
import type { Credentials } from '../model/credentials.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { Autodiscover, OutgoingRules } from '../ports/exchange.ts';
import type { EwsUrlCache } from '../ports/store.ts';
import type { Clock } from '../ports/system.ts';
import type { SignInCount } from './sign-in-guard.ts';

const CACHE_MS = 86_400_000;

export interface FindExchangePorts {
  readonly rules: OutgoingRules;
  readonly autodiscover: Autodiscover;
  readonly ewsUrls: EwsUrlCache;
  readonly clock: Clock;
}

export interface FoundExchange {
  readonly ewsUrl: string;
  /** From the cache: worth discovering anew where the server disappoints. */
  readonly cached: boolean;
}

/** The EWS URL: as given, else known for the domain since less than a day, else discovered as this user. */
export async function findExchange(
  ports: FindExchangePorts,
  request: {
    readonly given: string | undefined;
    readonly credentials: Credentials;
    readonly deadlineMs: EpochMs;
    readonly ignoreCache?: boolean;
    readonly signIns: SignInCount;
  },
): Promise<Outcome<FoundExchange>> {
  const { given, credentials } = request;
  if (given !== undefined) return admit(ports.rules, given, false);
  const domain = domainOf(credentials.email);
  const now = ports.clock.now();
  if (request.ignoreCache !== true) {
    const known = await ports.ewsUrls.find(domain, now - CACHE_MS);
    if (known !== undefined && ports.rules.refuseExchangeUrl(known) === undefined)
      return { ok: true, value: { ewsUrl: known, cached: true } };
  }
  const found = await ports.autodiscover.discover({ credentials, deadlineMs: request.deadlineMs });
  await request.signIns.record(found.failedSignIns);
  if (!found.ok)
    return refuse(
      'AUTODISCOVER_FAILED',
      `No place told the EWS URL: ${found.verdicts.map(({ place, verdict }) => `${place}: ${verdict}`).join('; ')}. Put one of them right, or give ewsUrl in the client's configuration.`,
      { extra: { tried: found.verdicts } },
    );
  const admitted = admit(ports.rules, found.ewsUrl, false);
  if (admitted.ok) await ports.ewsUrls.save(domain, found.ewsUrl, now);
  return admitted;
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

/** Domain part of an address, lower-case. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase();
}

function admit(rules: OutgoingRules, ewsUrl: string, cached: boolean): Outcome<FoundExchange> {
  const reason = rules.refuseExchangeUrl(ewsUrl);
  return reason === undefined ? { ok: true, value: { ewsUrl, cached } } : refuse('EWS_URL_REFUSED', reason);
}
