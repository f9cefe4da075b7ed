import type { Outcome } from '../errors.ts';
import type { Credentials } from '../model/credentials.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { ExchangeFailure, ExchangeMailbox, ExchangeResult } from '../ports/exchange.ts';
import { type FindExchangePorts, findExchange } from './find-exchange.ts';
import { forgetUrl, rememberUrl } from './known-url.ts';
import { refuseForExchange } from './refuse-exchange.ts';
import { limitSignIns, probeSchemes, type SignInGuardPorts } from './sign-in-guard.ts';

export interface SignInPorts extends FindExchangePorts, SignInGuardPorts {}

export interface SignedIn {
  /** The caller closes it. */
  readonly mailbox: ExchangeMailbox;
  readonly ewsUrl: string;
  readonly inbox: { readonly folderId: string; readonly unreadCount: number };
  /** Those to seal: a refresh token that was rotated just now replaces the former. */
  readonly credentials: Credentials;
}

/**
 * What speaks against a URL from the cache rather than against the user: the server is gone, or the mailbox is
 * elsewhere. A server that answers otherwise is the right one, unless it is for others of the domain.
 */
const GONE: ReadonlySet<ExchangeFailure['kind']> = new Set([
  'not-found',
  'moved',
  'redirected',
  'web-page',
  'unreachable',
  'timeout',
  'tls',
]);

/**
 * The URL was found for somebody else of the domain: a server that takes these credentials but has no mailbox for
 * them, or offers another sign-in, so that nothing was sent. A domain may be served by several, as in a hybrid.
 */
function isForOthers(failure: ExchangeFailure, sent: boolean): boolean {
  return failure.kind === 'no-mailbox' || (failure.kind === 'unauthorized' && !sent);
}

/** GetFolder as the user proves the credentials. A cached URL that disappoints is discovered once more. */
export async function signIn(
  ports: SignInPorts,
  request: {
    readonly credentials: Credentials;
    /** EWS URL of the client's configuration. */
    readonly given: string | undefined;
    readonly deadlineMs: EpochMs;
  },
): Promise<Outcome<SignedIn>> {
  const { credentials, deadlineMs } = request;
  const limited = await limitSignIns(ports, credentials);
  if (!limited.ok) return limited;
  const signIns = limited.value;
  for (let ignoreCache = false; ; ignoreCache = true) {
    const found = await findExchange(ports, { ...request, ignoreCache, signIns });
    if (!found.ok) return found;
    const { ewsUrl, source, toldBy } = found.value;
    const probed = await probeSchemes(ports, credentials, ewsUrl, deadlineMs);
    const opened: ExchangeResult<SignedIn> = probed.ok ? await open(ports, { ...request, ewsUrl }) : probed;
    if (opened.ok) {
      if (source === 'discovery') await remember(ports, opened.value, toldBy);
      return opened;
    }
    const { failure } = opened;
    if (source === 'cache' && (GONE.has(failure.kind) || isForOthers(failure, probed.ok))) {
      await forgetUrl(ports.ewsUrls, credentials.email);
      // A time-out may have used it up: then it is the answer, and the next registration discovers.
      if (ports.clock.now() < deadlineMs) continue;
    }
    // Only what was sent can have been refused.
    if (probed.ok && failure.kind === 'unauthorized') await signIns.record(1);
    return refuseForExchange(failure);
  }
}

/** For the others of the domain. Where that fails the mailbox is closed, as by every way out of here. */
async function remember(
  ports: Pick<SignInPorts, 'ewsUrls' | 'clock'>,
  { mailbox, ewsUrl, credentials }: SignedIn,
  toldBy: string | undefined,
): Promise<void> {
  try {
    await rememberUrl(ports.ewsUrls, credentials.email, { ewsUrl, toldBy }, ports.clock.now());
  } catch (error) {
    mailbox.close();
    throw error;
  }
}

async function open(
  ports: Pick<SignInPorts, 'exchange'>,
  target: { readonly ewsUrl: string; readonly credentials: Credentials; readonly deadlineMs: EpochMs },
): Promise<ExchangeResult<SignedIn>> {
  const { ewsUrl, credentials, deadlineMs } = target;
  const mailbox = ports.exchange.open({ ewsUrl, credentials, deadlineMs });
  const inbox = await mailbox.inbox();
  if (!inbox.ok) {
    mailbox.close();
    return inbox;
  }
  const current = mailbox.rotatedCredentials() ?? credentials;
  return { ok: true, value: { mailbox, ewsUrl, inbox: inbox.value, credentials: current } };
}
