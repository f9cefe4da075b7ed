import type { SealedContent } from '../../model/credentials.ts';
import type { ExchangeFailure, ExchangeMailbox } from '../../ports/exchange.ts';
import { forgetUrl } from '../../registration/known-url.ts';
import type { Handling } from '../handling/handling.ts';
import { isOwnInbox } from '../handling/own-inbox.ts';
import type { CallbackPorts, CallbackSettings } from '../handling/ports.ts';
import { askToSignIn } from './ask-to-sign-in.ts';
import { judgeFailure, QUIET_MS } from './judge-failure.ts';

export interface FoundMailbox {
  readonly content: SealedContent;
  /** Autodiscover server that told. */
  readonly toldBy: string | undefined;
}

/**
 * Where the mailbox is served now; undefined where nothing tells. The cached URL of the domain led us wrong: it
 * goes. Asked once in a request: every search shows the credentials to each server that the domain names.
 */
export async function findMailbox(
  ports: CallbackPorts,
  handling: Handling,
  content: SealedContent,
): Promise<FoundMailbox | undefined> {
  if (handling.searched) return undefined;
  handling.searched = true;
  const toldLast = await forgetUrl(ports.ewsUrls, content.email);
  const { email, auth } = content;
  const found = await ports.autodiscover.discover({
    credentials: { email, auth },
    deadlineMs: handling.deadlineMs,
    toldLast,
  });
  // Where two servers refused on the way, the one that was found is not the third.
  if (
    !found.ok ||
    found.failedSignIns >= MOST_REFUSED ||
    ports.rules.refuseExchangeUrl(found.ewsUrl) !== undefined
  ) {
    if (found.failedSignIns > 0) restAfterRefusal(handling);
    leaveUnfound(ports, handling);
    return undefined;
  }
  return { content: { ...content, ewsUrl: found.ewsUrl }, toldBy: found.toldBy };
}

/**
 * Another server has to show the very Inbox that was registered, else it could take over a mailbox. Until it has, what
 * it says of the credentials proves nothing: the mailbox may not be there at all. They rest with the search.
 */
export async function isSameInbox(
  ports: CallbackPorts,
  settings: Pick<CallbackSettings, 'statusFrequencyMinutes'>,
  handling: Handling,
  mailbox: ExchangeMailbox,
): Promise<boolean> {
  const inbox = await mailbox.inbox();
  if (inbox.ok) return isOwnInbox(ports, handling.view, inbox.value.folderId);
  const { failure } = inbox;
  if (failure.kind === 'refresh-refused') await obeyRefusal(ports, settings, handling, failure);
  if (failure.kind === 'no-mailbox') handling.access.bar('quiet');
  if (DENIES_SIGN_IN.has(failure.kind)) restAfterRefusal(handling);
  return false;
}

/** One try in six hours, as where a whole host refuses: nobody asks the user on account of another server. */
function restAfterRefusal(handling: Handling): void {
  handling.access.bar('quiet');
  handling.changes.quietUntil = handling.now + REFUSED_ELSEWHERE_MS;
}

const DENIES_SIGN_IN: ReadonlySet<ExchangeFailure['kind']> = new Set(['unauthorized', 'credentials-dead']);
const MOST_REFUSED = 2;
const REFUSED_ELSEWHERE_MS = 6 * 60 * 60_000;

/** What a refused sign-in means is the same wherever it is met; no other failure of a renewal ends anything. */
export async function obeyRefusal(
  ports: CallbackPorts,
  settings: Pick<CallbackSettings, 'statusFrequencyMinutes'>,
  handling: Handling,
  failure: ExchangeFailure,
): Promise<void> {
  switch (failure.kind) {
    case 'unauthorized':
    case 'refresh-refused':
    case 'credentials-dead':
      if ((await judgeFailure(ports, settings, handling, failure)) === 'sign-in')
        await askToSignIn(ports, handling);
      return;
    default:
      return;
  }
}

/** A quarter of an hour until the next search, so that a mailbox that stays away is not sought with every mail. */
export function leaveUnfound(ports: Pick<CallbackPorts, 'metrics'>, handling: Handling): void {
  ports.metrics.count('ExchangeFailed');
  handling.changes.quietUntil = Math.max(handling.changes.quietUntil ?? 0, handling.now + QUIET_MS);
}
