import { isOutdated } from '../../model/subscription.ts';
import type { ExchangeFailure } from '../../ports/exchange.ts';
import type { Handling } from '../handling/handling.ts';
import { despiteOutage } from '../handling/outage.ts';
import type { CallbackPorts, CallbackSettings } from '../handling/ports.ts';
import {
  hostRefusesEverybody,
  judgeRefusals,
  judgeUnclearRefusals,
  type Refusals,
  type RefusalVerdict,
} from './refusal-ladder.ts';

export const QUIET_MS = 15 * 60_000;
/** Mailboxes of one host that turn suspect within this time of each other may be met by one outage of it. */
const HOST_WINDOW_MS = 15 * 60_000;

/** What follows from a failure of Exchange, decided from one table. */
export type Judgement =
  /** Announce neutrally and go on. */
  | 'neutral'
  /** Proven: ask the user to sign in again, end the subscription. */
  | 'sign-in'
  /** The mailbox is served elsewhere: discover and subscribe again, then go on there. */
  | 'rediscover';

/** Judges and notes in `handling.changes` what has to be remembered. */
export async function judgeFailure(
  ports: Pick<CallbackPorts, 'store' | 'metrics' | 'log'>,
  settings: Pick<CallbackSettings, 'statusFrequencyMinutes'>,
  handling: Handling,
  failure: ExchangeFailure,
): Promise<Judgement> {
  ports.log.warn('exchange-failed', {
    kind: failure.kind,
    code: codeOf(failure),
    subscriptionId: handling.view.id,
  });
  switch (failure.kind) {
    case 'unauthorized':
    // Two instances that refresh at once can be told `invalid_grant` by a server that rotates strictly.
    case 'refresh-refused':
    case 'credentials-dead':
      // One request, one failed sign-in: nothing else of it may use these credentials.
      handling.access.bar('suspect');
      return isOutdated(handling.view)
        ? passOver(handling)
        : judgeRefusal(
            ports,
            settings,
            handling,
            failure.kind === 'refresh-refused' && failure.unclear === true,
          );
    case 'forbidden':
    case 'tls':
    case 'not-http':
    case 'refused-address':
    case 'sign-in-impossible':
      leaveAlone(ports, handling);
      return 'neutral';
    case 'not-found':
    case 'moved':
    case 'no-mailbox':
    case 'redirected':
      return 'rediscover';
    case 'unreachable':
    case 'timeout':
    case 'busy':
    case 'subscription-limit':
    case 'failed':
    case 'web-page':
      ports.metrics.count('ExchangeFailed');
      return 'neutral';
  }
}

/**
 * The server has no such mailbox, and the search found it nowhere else. One such answer is a symptom, as a 401 is:
 * old servers say so after a move, and faulty ones of everybody. At most once in a request.
 */
export async function judgeAbsence(
  ports: Pick<CallbackPorts, 'store' | 'metrics' | 'log'>,
  settings: Pick<CallbackSettings, 'statusFrequencyMinutes'>,
  handling: Handling,
): Promise<Judgement> {
  if (handling.changes.refused !== undefined) return 'neutral';
  handling.access.bar('suspect');
  return isOutdated(handling.view) ? passOver(handling) : judgeRefusal(ports, settings, handling, false);
}

/** What the runbook tells failures of one kind apart by. */
function codeOf(failure: ExchangeFailure): string {
  if (failure.kind === 'tls') return failure.fault;
  if (failure.kind === 'redirected' || failure.kind === 'web-page') return failure.detail;
  return 'code' in failure ? failure.code : '';
}

/** Leaves Exchange alone for this mailbox for a quarter of an hour and alarms. */
export function leaveAlone(ports: Pick<CallbackPorts, 'metrics'>, handling: Handling): void {
  handling.access.bar('quiet');
  handling.changes.quietUntil = handling.now + QUIET_MS;
  ports.metrics.count('ExchangeBlocked');
}

/**
 * The former password of somebody who has signed in anew: no news for the phones, nor for the judgement of the
 * host. Whatever else this subscription brings, that password is not sent again.
 */
function passOver(handling: Handling): Judgement {
  handling.changes.quietUntil = handling.now + QUIET_MS;
  return 'neutral';
}

/** Notes one refusal of the credentials in `handling.changes`, and what follows from it and those before. */
async function judgeRefusal(
  ports: Pick<CallbackPorts, 'store' | 'metrics' | 'log'>,
  settings: Pick<CallbackSettings, 'statusFrequencyMinutes'>,
  handling: Handling,
  isUnclear: boolean,
): Promise<Judgement> {
  const { view, now, changes } = handling;
  ports.metrics.count('CredentialsSuspect');
  const before = refusalsBefore(handling);
  const verdict = isUnclear
    ? judgeUnclearRefusals(before, now)
    : await judgeWithHost(ports, settings, handling, before);
  changes.refused = 'first';
  changes.nextTryAt = verdict.nextTryAt;
  ports.log.warn('credentials-refused', {
    subscriptionId: view.id,
    refusals: before.refusals + 1,
    nextTryMinutes: Math.round((verdict.nextTryAt - now) / 60_000),
    verdict: verdict.kind,
  });
  switch (verdict.kind) {
    case 'wait':
      return 'neutral';
    case 'wake':
      changes.lost = true;
      if (view.state !== 'lost') ports.metrics.count('SubscriptionLost');
      return 'neutral';
    case 'sign-in':
      ports.metrics.count('CredentialsRejected');
      return 'sign-in';
  }
}

/** What was held against credentials that worked a moment ago is over. */
function refusalsBefore({ view, changes }: Handling): Refusals {
  return changes.trusted === true ? { refusals: 0 } : view;
}

async function judgeWithHost(
  ports: Pick<CallbackPorts, 'store' | 'metrics' | 'log'>,
  settings: Pick<CallbackSettings, 'statusFrequencyMinutes'>,
  { view, now }: Handling,
  before: Refusals,
): Promise<RefusalVerdict> {
  const { statusFrequencyMinutes } = settings;
  // An access token that nobody can renew: its phone brings another, whatever the clock of the phone said of its end.
  if (view.credentialsExpireAt !== undefined) return { ...judgeUnclearRefusals(before, now), kind: 'wake' };
  const since = (before.suspectSince ?? now) - HOST_WINDOW_MS;
  const host = await despiteOutage(ports, 'host-not-judged', () =>
    ports.store.hostSuspects({ ewsHost: view.mailbox.ewsHost, since }),
  );
  // No proof without it; and a repetition of this request would be another failed sign-in.
  const hostRefuses = host === undefined || hostRefusesEverybody(host);
  if (host !== undefined && hostRefuses) {
    ports.metrics.count('HostSuspect');
    ports.log.error('host-refuses-everybody', { ...host });
  }
  return judgeRefusals(before, now, { hostRefuses, statusFrequencyMinutes });
}
