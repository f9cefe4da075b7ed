import type { Credentials } from '#domain/model/credentials.ts';
import type { MailLookup } from '#domain/model/mail.ts';
import type { WantedEvents } from '#domain/model/subscription.ts';
import type {
  Autodiscover,
  DiscoveryResult,
  Exchange,
  ExchangeFailure,
  ExchangeTarget,
} from '#domain/ports/exchange.ts';

export interface MemoryExchange {
  readonly exchange: Exchange;
  readonly autodiscover: Autodiscover;
  /** Every question, in order: `probe`, `inbox`, `mails`, `subscribe`, `discover`. */
  readonly asked: string[];
  readonly opened: ExchangeTarget[];
  readonly subscribed: { readonly callbackUrl: string; readonly events: WantedEvents }[];
  /** Questions of this kind are answered once the promise is kept. */
  held: { readonly question: string; readonly until: Promise<void> } | undefined;
  closed: number;
  inbox: { folderId: string; unreadCount: number };
  mails: (itemIds: readonly string[]) => readonly MailLookup[];
  offered: readonly string[];
  discovery: DiscoveryResult;
  /** What each discovery was allowed. */
  readonly mostFailedSignIns: (number | undefined)[];
  /** The place to begin with, of each discovery. */
  readonly toldLast: (string | undefined)[];
  rotated: Credentials | undefined;
  /** Called with each question: what happens meanwhile. */
  answering: () => void;
  /** Failures for the next questions of this kind, one each. */
  fail(question: 'probe' | 'inbox' | 'mails' | 'subscribe', ...failures: ExchangeFailure[]): void;
}

/** An Exchange server that answers as told, one mailbox, without a wire. */
export function memoryExchange(): MemoryExchange {
  const failures = new Map<string, ExchangeFailure[]>();
  function answer<T>(question: string, value: () => T) {
    world.asked.push(question);
    world.answering();
    const failure = failures.get(question)?.shift();
    const held = world.held?.question === question ? world.held.until : Promise.resolve();
    return held.then(() =>
      failure === undefined ? ({ ok: true, value: value() } as const) : ({ ok: false, failure } as const),
    );
  }
  const world: MemoryExchange = {
    asked: [],
    opened: [],
    subscribed: [],
    held: undefined,
    closed: 0,
    inbox: { folderId: 'inbox-of-ann', unreadCount: 3 },
    mails: (ids) => ids.map((itemId) => ({ kind: 'gone', itemId })),
    offered: ['basic', 'ntlm'],
    toldLast: [],
    mostFailedSignIns: [],
    discovery: {
      ok: false,
      verdicts: [{ place: 'https://example.com', verdict: 'no answer' }],
      failedSignIns: 0,
    },
    rotated: undefined,
    answering: () => {},
    fail: (question, ...more) => void failures.set(question, [...(failures.get(question) ?? []), ...more]),
    autodiscover: {
      async discover({ mostFailedSignIns, toldLast }) {
        world.asked.push('discover');
        world.mostFailedSignIns.push(mostFailedSignIns);
        world.toldLast.push(toldLast);
        return world.discovery;
      },
    },
    exchange: {
      warm: async () => {},
      probe: () => answer('probe', () => ({ offered: world.offered })),
      open(target) {
        world.opened.push(target);
        return {
          inbox: () => answer('inbox', () => world.inbox),
          mails: (ids) => answer('mails', () => world.mails(ids)),
          subscribe: ({ callbackUrl, events }) =>
            answer('subscribe', () => {
              world.subscribed.push({ callbackUrl, events });
              return { watermark: `watermark-of-subscription-${world.subscribed.length}` };
            }),
          rotatedCredentials: () => world.rotated,
          close: () => {
            world.closed += 1;
          },
        };
      },
    },
  };
  return world;
}
