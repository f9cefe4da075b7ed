import { isOutdated } from '../../model/subscription.ts';
import type { ExchangeFailure } from '../../ports/exchange.ts';
import type { Handling } from '../handling/handling.ts';
import { SUSPECT_PAUSE_MS } from '../handling/open-mailbox.ts';
import { despiteOutage } from '../handling/outage.ts';
import type { CallbackPorts } from '../handling/ports.ts';

export const QUIET_MS = 15 * 60_000;
const HOST_WINDOW_MS = 5 * 60_000;
/** A host counts as faulty when more than this share of its mailboxes, and at least this many, turn suspect. */
const HOST_SHARE = 0.05;
const HOST_MINIMUM = 5;

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
      // One request, one failed sign-in: nothing else of it may use these credentials.
      handling.access.bar('suspect');
      return isOutdated(handling.view) ? passOver(handling) : judgeRefusal(ports, handling);
    case 'credentials-dead':
      handling.access.bar('suspect');
      if (isOutdated(handling.view)) return passOver(handling);
      ports.metrics.count('CredentialsRejected');
      return 'sign-in';
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
  handling: Handling,
): Promise<Judgement> {
  if (handling.changes.refused !== undefined) return 'neutral';
  handling.access.bar('suspect');
  return isOutdated(handling.view) ? passOver(handling) : judgeRefusal(ports, handling);
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

/**
 * One 401 is a symptom (a domain controller away, a lock-out in passing); a second one five minutes later or
 * more is proof, unless the whole host refuses: then it is the host's fault and nobody is signed out.
 */
async function judgeRefusal(
  ports: Pick<CallbackPorts, 'store' | 'metrics' | 'log'>,
  handling: Handling,
): Promise<Judgement> {
  const { view, now, changes } = handling;
  if (view.credentialsExpireAt !== undefined && view.credentialsExpireAt <= now) {
    // An access token that nobody could renew: its phone brings a new one, silently, without asking its user.
    changes.lost = true;
    if (view.state !== 'lost') ports.metrics.count('SubscriptionLost');
    return 'neutral';
  }
  changes.refused = 'first';
  ports.metrics.count('CredentialsSuspect');
  // What was held against credentials that worked a moment ago is over.
  const suspectSince = changes.trusted === true ? undefined : view.suspectSince;
  const turnedAt = suspectSince ?? now;
  // Whoever turned suspect together with this mailbox counts for as long as it is suspect: the second refusal
  // comes five minutes after the first at the earliest, for everybody whom one outage of the server met.
  const host = await despiteOutage(ports, 'host-not-judged', () =>
    ports.store.hostSuspects({
      ewsHost: view.mailbox.ewsHost,
      since: turnedAt - HOST_WINDOW_MS,
      until: turnedAt + HOST_WINDOW_MS,
      recently: now - HOST_WINDOW_MS,
    }),
  );
  // No proof without it; and a repetition of this request would be another failed sign-in.
  if (host === undefined) return 'neutral';
  const { suspects, mailboxes } = host;
  if (suspects >= HOST_MINIMUM && suspects > mailboxes * HOST_SHARE) {
    ports.metrics.count('HostSuspect');
    ports.log.error('host-refuses-everybody', { suspects, mailboxes });
    return 'neutral';
  }
  const isProof = suspectSince !== undefined && now - suspectSince >= SUSPECT_PAUSE_MS;
  if (!isProof) return 'neutral';
  ports.metrics.count('CredentialsRejected');
  return 'sign-in';
}
