import type { AwsWorld } from '../aws/emulators.ts';
import { createClient } from '../client/client.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { PushService } from '../push-service/push-service.ts';
import type { WorldClock } from '../world/clock.ts';
import type { EventBus } from '../world/events.ts';
import type { LogBook } from '../world/logs.ts';
import { viewExchange } from './exchange-view.ts';
import { createHandsets, type Handsets } from './handsets.ts';
import { createJourneys, type Journeys } from './journeys.ts';
import { readRunbook } from './runbook.ts';
import type { ConsoleView } from './view.ts';

/** What the page shows, and the phones that it plays with. Fed by the world's own events from its first moment. */
export interface Console {
  /** Enrols a real browser in the web app. */
  readonly webAppLink: string;
  readonly handsets: Handsets;
  readonly journeys: Journeys;
  view(): ConsoleView;
  clock(): ConsoleView['clock'];
  /** Lets time pass in steps in which the phones keep up: a jump would time out whatever they have begun. */
  pass(ms: number): Promise<void>;
  /** Anything of the Exchange part may look different now. */
  onExchangeChange(listener: () => void): void;
  exchangeChanged(): void;
}

const STEP_MS = 5 * 60_000;

export interface ConsoleParts {
  readonly origin: string;
  readonly clock: WorldClock;
  readonly events: EventBus;
  readonly logs: LogBook;
  readonly exchange: Exchange;
  readonly aws: AwsWorld;
  readonly pushService: PushService;
}

export function createConsole(parts: ConsoleParts, apiToken: string): Console {
  const { exchange, clock, events, logs, aws } = parts;
  const handsets = createHandsets({
    client: createClient(parts.origin, apiToken),
    exchange,
    phones: aws.phones,
    pushService: parts.pushService,
  });
  const changed: (() => void)[] = [];
  const exchangeChanged = () => {
    for (const listener of changed) listener();
  };
  exchange.events.on('changed', exchangeChanged);
  exchange.events.on('callback', exchangeChanged);
  exchange.events.on('ended', exchangeChanged);

  function secrets(): ReadonlyMap<string, string> {
    const known = new Map([[apiToken, 'API token']]);
    for (const { password } of exchange.mailboxes.all()) known.set(password, 'password');
    for (const token of handsets.tokens()) known.set(token, 'push token');
    for (const { token } of aws.phones.all()) known.set(token, 'push token');
    return known;
  }

  const journeys = createJourneys({
    runbook: readRunbook(),
    secrets,
    subjectOf(email, itemId) {
      const mailbox = exchange.mailboxes.find(email);
      const item = mailbox === undefined ? undefined : exchange.mailboxes.item(mailbox, itemId);
      return item === undefined ? undefined : (item.subject ?? '');
    },
  });
  events.on(journeys.accept);
  logs.onLine(journeys.acceptLine);
  handsets.onCall(journeys.acceptCall);
  const clockView = () => ({ now: new Date(clock.now()).toISOString(), offsetMs: clock.offsetMs() });

  return {
    webAppLink: `${parts.origin}/app#token=${apiToken}`,
    handsets,
    journeys,
    clock: clockView,
    async pass(ms) {
      for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
        await clock.advance(Math.min(STEP_MS, leftMs));
        await handsets.idle();
      }
    },
    onExchangeChange: (listener) => void changed.push(listener),
    exchangeChanged,
    view: () => ({
      clock: clockView(),
      phones: handsets.views(),
      exchange: viewExchange(exchange),
      journeys: journeys.views(),
    }),
  };
}
