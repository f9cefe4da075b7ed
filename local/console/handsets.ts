import { randomBytes } from 'node:crypto';
import type { PhoneSink } from '../aws/phones.ts';
import type { Client, Reply } from '../client/client.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { PushService } from '../push-service/push-service.ts';
import { type ArrivedPush, createHandset, type Handset, type HandsetWish } from './handset.ts';
import type { PhoneView } from './view.ts';

/** The phones on the table: they live in the world, so that a reload of the page loses none. */
export interface Handsets {
  /** Makes the mailbox where there is none, then registers. Resolves when the service has answered. */
  add(wish: HandsetWish): Promise<{ readonly handset: Handset; readonly reply: Reply<unknown> }>;
  find(id: string): Handset | undefined;
  remove(id: string): void;
  uninstall(handset: Handset): void;
  setOnline(handset: Handset, online: boolean): void;
  /** Somebody changes the password of a mailbox, as on another computer. */
  changePassword(email: string): void;
  views(): readonly PhoneView[];
  /** Resolves when every phone has done what the pushes so far ask of it. */
  idle(): Promise<void>;
  /** Push tokens, to be masked wherever they turn up. */
  tokens(): readonly string[];
  onChange(listener: () => void): void;
  onCall(listener: (call: ClientCall) => void): void;
}

/** A call that a phone made. `startedAt`: on performance.now's scale. */
export interface ClientCall {
  readonly what: string;
  readonly email: string;
  readonly reply: Reply<unknown>;
  readonly startedAt: number;
}

const KIND_NAMES = { ios: 'iPhone', android: 'Android', browser: 'browser' } as const;

export function createHandsets(parts: {
  readonly client: Client;
  readonly exchange: Exchange;
  readonly phones: PhoneSink;
  readonly pushService: PushService;
}): Handsets {
  const { client, exchange, phones, pushService } = parts;
  const shelf = new Map<string, Handset>();
  const changed: (() => void)[] = [];
  const called: ((call: ClientCall) => void)[] = [];
  const tokens: string[] = [];
  const tell = () => {
    for (const listener of changed) listener();
  };

  function receive(delivery: ArrivedPush & { readonly platform: string; readonly token: string }): void {
    for (const handset of shelf.values()) {
      if (handset.token() === delivery.token && handset.platform() === delivery.platform)
        handset.receive(delivery);
    }
  }
  phones.onDelivered(receive);
  pushService.onShown((push) => receive({ ...push, platform: 'webpush' }));

  function nameFor({ email, kind }: HandsetWish): string {
    const local = email.split('@')[0] ?? email;
    const first = `${local.slice(0, 1).toUpperCase()}${local.slice(1)}’s ${KIND_NAMES[kind]}`;
    const names = new Set([...shelf.values()].map((handset) => handset.view().name));
    for (let n = 1; ; n += 1) {
      const name = n === 1 ? first : `${first} ${n}`;
      if (!names.has(name)) return name;
    }
  }

  return {
    async add(wish) {
      const { email } = wish;
      if (exchange.mailboxes.find(email) === undefined)
        exchange.mailboxes.create({ email, password: newPassword() });
      const handset = createHandset({
        ...wish,
        name: nameFor(wish),
        client,
        newToken: () =>
          wish.kind === 'browser' ? pushService.newBrowser().token : randomBytes(32).toString('hex'),
        account: () => ({
          password: exchange.mailboxes.get(email).password,
          ewsUrl: exchange.ewsUrl(email),
        }),
        onChange() {
          if (!tokens.includes(handset.token())) tokens.push(handset.token());
          tell();
        },
        onCall(what, reply, startedAt) {
          for (const listener of called) listener({ what, email, reply, startedAt });
        },
      });
      shelf.set(handset.id, handset);
      return { handset, reply: await handset.register() };
    },
    find: (id) => shelf.get(id),
    remove(id) {
      shelf.delete(id);
      tell();
    },
    uninstall(handset) {
      const platform = handset.platform();
      if (platform === 'webpush') pushService.browser(handset.token())?.unsubscribe();
      else phones.uninstall(platform, handset.token());
      handset.deleted();
    },
    setOnline(handset, online) {
      handset.setOnline(online);
      const platform = handset.platform();
      if (platform === 'webpush') pushService.browser(handset.token())?.setOnline(online);
      else phones.setOnline(platform, handset.token(), online);
    },
    changePassword(email) {
      exchange.changePassword(email, newPassword());
      tell();
    },
    views: () => [...shelf.values()].map((handset) => handset.view()),
    async idle() {
      await Promise.all([...shelf.values()].map((handset) => handset.idle()));
    },
    tokens: () => tokens,
    onChange: (listener) => void changed.push(listener),
    onCall: (listener) => void called.push(listener),
  };
}

function newPassword(): string {
  return randomBytes(12).toString('base64url');
}
