import { openPreview, type PreviewKeys } from '../client/preview.ts';
import { isObject, type Json, objectAt } from '../template/json.ts';
import type { NotificationView } from './view.ts';

/** What one push asks of the phone. */
export interface PushEffect {
  readonly type: string;
  readonly badge?: number | undefined;
  readonly alert?: (NotificationView & { readonly thread: string }) | undefined;
}

interface Push {
  readonly at: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Json;
}

/** Reads an APNs push as iOS and the app's notification extension do. */
export async function readApnsPush(push: Push, keys: PreviewKeys | undefined): Promise<PushEffect> {
  const payload = objectAt(push.payload, 'payload');
  const [aps, ens] = [objectAt(payload.aps, 'aps'), objectAt(payload.ens, 'ens')];
  const badge = typeof aps.badge === 'number' ? aps.badge : undefined;
  const type = textOf(ens.type) ?? '';
  if (!isObject(aps.alert)) return { type, badge };
  const { title, body } = aps.alert;
  const texts = { title: textOf(title), body: textOf(body), thread: textOf(aps['thread-id']) };
  const id = push.headers['apns-collapse-id'] ?? push.at;
  return { type, badge, alert: await alertOf(id, push.at, texts, textOf(ens.preview), keys) };
}

/** Reads an FCM data message as the app on Android does. */
export async function readFcmPush(push: Push, keys: PreviewKeys | undefined): Promise<PushEffect> {
  const message = objectAt(objectAt(push.payload, 'payload').message, 'message');
  const data = objectAt(message.data, 'data');
  const type = textOf(data.type) ?? '';
  const badge = data.unread === undefined ? undefined : Number(data.unread);
  const texts = { title: textOf(data.title), body: textOf(data.body), thread: textOf(data.thread) };
  if (texts.title === undefined && texts.body === undefined) return { type, badge };
  const id = textOf(data.id) ?? push.at;
  return { type, badge, alert: await alertOf(id, push.at, texts, textOf(data.preview), keys) };
}

/** Reads a web push as a browser with Declarative Web Push does. */
export async function readWebPush(push: Push): Promise<PushEffect> {
  const payload = objectAt(push.payload, 'payload');
  const [shown, ens] = [objectAt(payload.notification, 'notification'), objectAt(payload.ens, 'ens')];
  const badge = typeof payload.app_badge === 'number' ? payload.app_badge : undefined;
  const texts = { title: textOf(shown.title), body: textOf(shown.body) };
  const id = textOf(shown.tag) ?? push.at;
  return {
    type: textOf(ens.type) ?? '',
    badge,
    alert: await alertOf(id, push.at, texts, undefined, undefined),
  };
}

async function alertOf(
  id: string,
  at: string,
  given: { title?: string | undefined; body?: string | undefined; thread?: string | undefined },
  sealed: string | undefined,
  keys: PreviewKeys | undefined,
): Promise<NonNullable<PushEffect['alert']>> {
  const opened = sealed === undefined || keys === undefined ? undefined : await openPreview(sealed, keys);
  const sender = opened?.sender === '' ? '(Unknown sender)' : opened?.sender;
  const subject = opened?.subject === '' ? '(No subject)' : opened?.subject;
  const title = sender ?? given.title;
  return {
    id,
    at,
    // An alert without a title stands under the app's name, as on both systems.
    title: title ?? 'Mail',
    body: subject ?? given.body ?? '',
    thread: opened?.thread ?? given.thread ?? id,
    sealed: opened !== undefined,
  };
}

/** Notifications as a lock screen keeps them: an id replaces what it named before, threads stay together. */
export interface LockScreen {
  show(alert: NonNullable<PushEffect['alert']>): void;
  clear(): void;
  threads(): readonly (readonly NotificationView[])[];
}

export function createLockScreen(): LockScreen {
  let shown: NonNullable<PushEffect['alert']>[] = [];
  return {
    show(alert) {
      shown = [alert, ...shown.filter(({ id }) => id !== alert.id)];
    },
    clear() {
      shown = [];
    },
    threads() {
      const threads = Map.groupBy(shown, ({ thread }) => thread);
      return [...threads.values()].map((group) => group.map(({ thread: _thread, ...view }) => view));
    },
  };
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
