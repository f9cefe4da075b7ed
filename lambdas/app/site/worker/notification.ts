/** What a message of the service looks like on the screen, in the user's language. */
import type { Texts } from '../shared/texts.ts';

interface OwnText {
  readonly key?: string;
  readonly args?: readonly string[];
}

/** The service's declarative message. Every member may be missing: an older or newer service sent it. */
export interface PushedMessage {
  readonly notification?: {
    readonly title?: string;
    readonly body?: string;
    readonly navigate?: string;
    readonly tag?: string;
    readonly silent?: boolean;
  };
  readonly app_badge?: number;
  readonly ens?: { readonly type?: string; readonly title?: OwnText; readonly body?: OwnText };
}

export interface ShownNotification {
  readonly title: string;
  readonly options: NotificationOptions;
}

/** Never empty: browsers end the subscription of an app that shows nothing. */
export function notificationOf(
  { notification = {}, ens = {} }: PushedMessage,
  texts: Texts,
  renewed: boolean,
): ShownNotification {
  const { navigate, tag, silent = false } = notification;
  const data = { navigate };
  if (renewed) return { title: texts.renewed, options: { tag: 'renewed', silent: true, data } };
  const title = translated(ens.title, texts) ?? notification.title ?? texts.ens_new_message;
  const body = translated(ens.body, texts) ?? notification.body;
  return {
    title,
    options: {
      data,
      silent,
      icon: '/app/icon.svg',
      ...(body === undefined ? {} : { body }),
      ...(tag === undefined ? {} : { tag }),
    },
  };
}

function translated(own: OwnText | undefined, texts: Texts): string | undefined {
  const key = own?.key;
  if (key === undefined || !Object.hasOwn(texts, key)) return undefined;
  const entry = Object.entries(texts).find(([name]) => name === key)?.[1];
  return entry?.replace('%1', own?.args?.[0] ?? '');
}
