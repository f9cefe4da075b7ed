import { randomUUID } from 'node:crypto';
import type { Client, Reply } from '../client/client.ts';
import { makePreviewKeys, type PreviewKeys } from '../client/preview.ts';
import { type Json, parseJson } from '../template/json.ts';
import { createLockScreen, readApnsPush, readFcmPush, readWebPush } from './lock-screen.ts';
import type { Content, PhoneKind, PhoneView } from './view.ts';

export interface HandsetWish {
  readonly email: string;
  readonly kind: PhoneKind;
  readonly content: Content;
  readonly preview: boolean;
}

/** A push as it reached the phone or the browser. */
export interface ArrivedPush {
  /** ISO 8601, the world's clock. */
  readonly at: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
}

export interface HandsetOptions extends HandsetWish {
  readonly name: string;
  readonly client: Client;
  /** What the operating system or the browser gives the app. */
  readonly newToken: () => string;
  /** What its user would type in: the password and server as they are now. */
  readonly account: () => { readonly password: string; readonly ewsUrl: string };
  readonly onChange: () => void;
  /** Tells of a call that the app made. */
  readonly onCall: (what: string, reply: Reply<unknown>, startedAt: number) => void;
}

/** A phone with the mail app on it: all that the app keeps, secrets included, lives here and never in the page. */
export interface Handset {
  readonly id: string;
  view(): PhoneView;
  platform(): 'apns' | 'fcm' | 'webpush';
  token(): string;
  /** Signs in with what the user knows now, and registers. Resolves when the service has answered. */
  register(): Promise<Reply<unknown>>;
  checkIn(): Promise<void>;
  unregister(): Promise<void>;
  /** The app is removed, and with it everything it kept. */
  deleted(): void;
  setOnline(online: boolean): void;
  /** The user opens the app: notifications are gone. */
  clear(): void;
  receive(delivery: ArrivedPush): void;
  /** Resolves when the app has done what the pushes so far ask of it. */
  idle(): Promise<void>;
}

const PLATFORM_OF = { ios: 'apns', android: 'fcm', browser: 'webpush' } as const;

export function createHandset(options: HandsetOptions): Handset {
  const { client, email, kind, content, name, onChange } = options;
  const platform = PLATFORM_OF[kind];
  const id = randomUUID();
  const screen = createLockScreen();
  let token = options.newToken();
  let deviceId = randomUUID();
  let saved = options.account();
  let keys: PreviewKeys | undefined;
  let registrationId: string | undefined;
  let state: PhoneView['state'] = 'registering';
  let problem: PhoneView['problem'];
  let checkedIn: string | undefined;
  let [online, asksToSignIn, badge] = [true, false, 0];
  let arriving: Promise<void> = Promise.resolve();

  /** Registers; where the mailbox is no longer at the server that the app knows, at the one it is told now. */
  async function register(): Promise<Reply<unknown>> {
    const reply = await registerOnce();
    const { ewsUrl } = options.account();
    if (reply.problem?.code !== 'EWS_NOT_FOUND' || ewsUrl === saved.ewsUrl) return reply;
    saved = { ...saved, ewsUrl };
    return await registerOnce();
  }

  async function registerOnce(): Promise<Reply<unknown>> {
    if (state === 'deleted') [token, deviceId] = [options.newToken(), randomUUID()];
    [state, problem, checkedIn] = ['registering', undefined, undefined];
    onChange();
    if (options.preview) keys ??= await makePreviewKeys();
    const startedAt = performance.now();
    const previewKey: Json = keys === undefined ? null : parseJson(JSON.stringify(keys.publicJwk));
    const reply = await client.register({
      platform,
      token,
      deviceId,
      email,
      auth: { type: 'basic', username: email, password: saved.password },
      ewsUrl: saved.ewsUrl,
      preferences: { content, badge: true, sound: true, ...(previewKey === null ? {} : { previewKey }) },
    });
    options.onCall(`${name} registers`, reply, startedAt);
    problem = reply.problem;
    state = reply.value === undefined ? 'refused' : 'registered';
    registrationId = reply.value?.registrationId ?? registrationId;
    if (reply.value !== undefined) asksToSignIn = false;
    onChange();
    return reply;
  }

  function read(push: Parameters<typeof readWebPush>[0]) {
    if (kind === 'browser') return readWebPush(push);
    return kind === 'ios' ? readApnsPush(push, keys) : readFcmPush(push, keys);
  }

  async function show(delivery: ArrivedPush): Promise<void> {
    const push = { ...delivery, payload: parseJson(JSON.stringify(delivery.payload)) };
    const effect = await read(push);
    if (effect.badge !== undefined) badge = effect.badge;
    if (effect.alert !== undefined) screen.show(effect.alert);
    if (effect.type === 'sign-in') asksToSignIn = true;
    onChange();
    // What docs/clients.md asks of an app that is woken.
    if (effect.type === 'wake' && state === 'registered') await register();
  }

  return {
    id,
    platform: () => platform,
    token: () => token,
    async register() {
      saved = options.account();
      return await register();
    },
    async checkIn() {
      if (registrationId === undefined) return;
      const startedAt = performance.now();
      const reply = await client.checkIn(registrationId);
      options.onCall(`${name} checks in`, reply, startedAt);
      checkedIn = reply.value?.status ?? reply.problem?.code;
      onChange();
    },
    async unregister() {
      if (registrationId === undefined) return;
      const startedAt = performance.now();
      const reply = await client.unregister(registrationId);
      options.onCall(`${name} unregisters`, reply, startedAt);
      if (reply.problem === undefined) [state, registrationId] = ['unregistered', undefined];
      [problem, checkedIn] = [reply.problem, undefined];
      onChange();
    },
    deleted() {
      [state, badge, keys, registrationId, checkedIn, problem] = [
        'deleted',
        0,
        undefined,
        undefined,
        undefined,
        undefined,
      ];
      screen.clear();
      onChange();
    },
    setOnline(value) {
      online = value;
      onChange();
    },
    clear() {
      screen.clear();
      onChange();
    },
    receive(delivery) {
      if (state !== 'deleted') arriving = arriving.then(() => show(delivery)).catch(() => {});
    },
    idle: () => arriving,
    view: () => ({
      id,
      name,
      email,
      kind,
      content,
      preview: options.preview,
      online,
      state,
      problem,
      checkedIn,
      passwordIsOld: saved.password !== options.account().password,
      asksToSignIn,
      badge,
      threads: screen.threads(),
    }),
  };
}
