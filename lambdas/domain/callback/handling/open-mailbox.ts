import { PrivateKeyUnusable } from '../../errors.ts';
import type { SealedContent } from '../../model/credentials.ts';
import { type EpochMs, isOutdated, type SubscriptionView } from '../../model/subscription.ts';
import type { ExchangeMailbox } from '../../ports/exchange.ts';
import type { Sighting } from '../../ports/store.ts';
import type { CallbackPorts } from './ports.ts';

/** Why the mailbox is not opened; what is announced then is neutral. */
export type Closed =
  /** A 403, a TLS fault or a refused host less than 15 minutes ago. */
  | 'quiet'
  /** Refused, and the next try is not due, or ever where a newer subscription counts. */
  | 'suspect'
  /** Another request is using the credentials. */
  | 'in-use'
  /** The key pair was retired in an emergency, or KMS refuses it for good. */
  | 'key-retired'
  /** Authentic URL, but the halves do not fit together: a fault of ours. */
  | 'seal-broken'
  /** The host is no longer on the list. */
  | 'host-refused';

export type Opened =
  | { readonly ok: true; readonly mailbox: ExchangeMailbox; readonly content: SealedContent }
  | { readonly ok: false; readonly closed: Closed };

/** The user's mailbox for the rest of this request: opened on first use, once, and closed with the request. */
export interface MailboxAccess {
  /** Throws DependencyUnavailable('kms') where KMS does not answer. */
  open(): Promise<Opened>;
  /** Whether it was opened or refused. */
  isOpen(): boolean;
  /** Whether this request keeps others from the credentials until it gives them back. */
  holdsClaim(): boolean;
  /** For the rest of this request nobody gets the mailbox: Exchange has refused it. */
  bar(closed: Extract<Closed, 'quiet' | 'suspect'>): void;
  /** The mailbox was found elsewhere: that is the one from now on, and is closed with the request. */
  moveTo(mailbox: ExchangeMailbox, content: SealedContent): void;
  /** Credentials as they stand now, if they were opened and the server rotated them. */
  rotated(): SealedContent | undefined;
  close(): void;
}

export interface AccessRequest {
  readonly view: SubscriptionView;
  readonly sealed: string;
  readonly claim: Sighting['claim'];
  readonly deadlineMs: EpochMs;
}

const CLAIM_WAIT_MS = 700;
const CLAIM_TURNS = 4;

export function createMailboxAccess(
  ports: Pick<CallbackPorts, 'vault' | 'seal' | 'rules' | 'exchange' | 'clock' | 'timer' | 'store'>,
  { view, sealed, claim, deadlineMs }: AccessRequest,
): MailboxAccess {
  let opening: Promise<Opened> | undefined;
  let opened: Opened | undefined;
  let barred: Opened | undefined;
  let held = view.claim === 'held';

  /** Exchange sends one request at a time: the other one is a repetition, or somebody else's, and soon done. */
  async function claimLater(): Promise<boolean> {
    for (let turn = 0; turn < CLAIM_TURNS; turn += 1) {
      await ports.timer.wait(CLAIM_WAIT_MS);
      const now = ports.clock.now();
      if (await ports.store.claim({ subscriptionId: view.id, now, claim })) return true;
    }
    return false;
  }

  async function unseal(): Promise<Opened> {
    const now = ports.clock.now();
    if (view.quietUntil !== undefined && now < view.quietUntil) return { ok: false, closed: 'quiet' };
    if (view.claim === 'paused') return { ok: false, closed: 'suspect' };
    if (view.claim === 'in-use') held = await claimLater();
    if (view.claim === 'in-use' && !held) return { ok: false, closed: 'in-use' };
    if (view.suspectSince !== undefined && isOutdated(view)) return { ok: false, closed: 'suspect' };
    if (view.keyPair.retiredAt !== undefined) return { ok: false, closed: 'key-retired' };
    const key = await ports.vault.privateKey(view.keyPair).catch((error: unknown) => {
      if (error instanceof PrivateKeyUnusable) return undefined;
      throw error;
    });
    if (key === undefined) return { ok: false, closed: 'key-retired' };
    const unsealed = await ports.seal.open(sealed, view.rowHalf, key, view.id);
    if (!unsealed.ok) return { ok: false, closed: 'seal-broken' };
    const { content } = unsealed;
    if (ports.rules.refuseExchangeUrl(content.ewsUrl) !== undefined)
      return { ok: false, closed: 'host-refused' };
    const { ewsUrl, email, auth } = content;
    const credentials = { email, auth };
    const servesMailbox = view.mailbox.id;
    const mailbox = ports.exchange.open({ ewsUrl, credentials, deadlineMs, servesMailbox });
    return { ok: true, mailbox, content };
  }

  return {
    open() {
      if (barred !== undefined) return Promise.resolve(barred);
      opening ??= unseal().then((result) => {
        opened = result;
        return result;
      });
      return opening;
    },
    holdsClaim: () => held,
    isOpen: () => opening !== undefined || barred !== undefined,
    bar(closed) {
      barred = { ok: false, closed };
    },
    moveTo(mailbox, content) {
      if (opened?.ok === true) opened.mailbox.close();
      opened = { ok: true, mailbox, content };
      opening = Promise.resolve(opened);
    },
    rotated() {
      if (opened?.ok !== true) return undefined;
      const credentials = opened.mailbox.rotatedCredentials();
      return credentials === undefined ? undefined : { ...opened.content, ...credentials };
    },
    close() {
      if (opened?.ok === true) opened.mailbox.close();
    },
  };
}
