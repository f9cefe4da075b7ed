import type { Outcome } from '../errors.ts';
import type { Credentials } from '../model/credentials.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { Exchange, ExchangeFailure, ExchangeMailbox, ExchangeResult } from '../ports/exchange.ts';
import type { Timer } from '../ports/system.ts';
import { type FindExchangePorts, findExchange } from './find-exchange.ts';
import { forgetUrl, rememberUrl } from './known-url.ts';
import { probeSchemes } from './probe-schemes.ts';
import { refuseForExchange } from './refuse-exchange.ts';
import {
  limitSignIns,
  type RegisteringDevice,
  refuseAttempts,
  type SignInAllowance,
  type SignInLimitPorts,
} from './sign-in-limit.ts';

export interface SignInPorts extends FindExchangePorts, SignInLimitPorts {
  readonly exchange: Exchange;
  readonly timer: Timer;
}

export interface SignedIn {
  /** The caller closes it. */
  readonly mailbox: ExchangeMailbox;
  readonly ewsUrl: string;
  readonly inbox: { readonly folderId: string; readonly unreadCount: number };
  /** Those to seal: a refresh token that was rotated just now replaces the former. */
  readonly credentials: Credentials;
  /** Whom they sign in as, under the pepper. */
  readonly accountHmac: Uint8Array;
}
/** Together as long as a sign-in usually takes, and well inside the budget of a registration. */
const WAITS = 6;
const WAIT_MS = 700;

type OpenedMailbox = Omit<SignedIn, 'accountHmac'>;

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

export interface SignInRequest {
  readonly credentials: Credentials;
  readonly device: RegisteringDevice;
  /** EWS URL of the client's configuration. */
  readonly given: string | undefined;
  readonly deadlineMs: EpochMs;
}

/** GetFolder as the user proves the credentials, within what the account may still cost. */
export async function signIn(ports: SignInPorts, request: SignInRequest): Promise<Outcome<SignedIn>> {
  const limited = await limitInTurn(ports, request);
  if (!limited.ok) return limited;
  const { accountHmac, giveBack } = limited.value;
  const opened = await signInWithin(ports, request, limited.value).catch(async (error: unknown) => {
    await giveBack().catch(() => undefined);
    throw error;
  });
  try {
    await giveBack();
  } catch (error) {
    if (opened.ok) opened.value.mailbox.close();
    throw error;
  }
  return opened.ok ? { ok: true, value: { ...opened.value, accountHmac } } : opened;
}

/** Registrations of one account at the same moment reserve for each other: what they give back soon is waited for. */
async function limitInTurn(
  ports: SignInPorts,
  { credentials, device }: SignInRequest,
): Promise<Outcome<SignInAllowance>> {
  for (let waits = 0; ; waits += 1) {
    const limited = await limitSignIns(ports, credentials, device);
    if (limited.ok || waits === WAITS) return limited;
    await ports.timer.wait(WAIT_MS);
  }
}

/** A cached URL that disappoints is discovered once more. */
async function signInWithin(
  ports: SignInPorts,
  request: SignInRequest,
  signIns: SignInAllowance,
): Promise<Outcome<OpenedMailbox>> {
  const { credentials, deadlineMs } = request;
  for (let ignoreCache = false; ; ignoreCache = true) {
    const found = await findExchange(ports, { ...request, ignoreCache, signIns });
    if (!found.ok) return found;
    const { ewsUrl, source, toldBy } = found.value;
    const probed = await probeSchemes(ports, credentials, ewsUrl, deadlineMs);
    if (probed.ok && signIns.left() === 0) return refuseAttempts();
    const opened = probed.ok ? await open(ports, { ...request, ewsUrl }) : probed;
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
    if (probed.ok && failure.kind === 'unauthorized') signIns.failed(1);
    return refuseForExchange(failure);
  }
}

/** For the others of the domain. Where that fails the mailbox is closed, as by every way out of here. */
async function remember(
  ports: Pick<SignInPorts, 'ewsUrls' | 'clock'>,
  { mailbox, ewsUrl, credentials }: OpenedMailbox,
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
): Promise<ExchangeResult<OpenedMailbox>> {
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
