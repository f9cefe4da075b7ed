/** Shows what arrives, opens what is tapped, and renews registrations by itself where a sign-in is kept. */

import { subscriptionText } from '../shared/push-subscription.ts';
import { renewDue } from '../shared/register-mailbox.ts';
import { read, readMailboxes } from '../shared/storage.ts';
import { textsFor } from '../shared/texts.ts';
import { webMailAddress } from '../shared/web-mail.ts';
import { notificationOf, type PushedMessage } from './notification.ts';

declare const self: ServiceWorkerGlobalScope;

const APP = '/app';

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => event.waitUntil(onPush(event.data)));
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data?.navigate ?? APP)));
});
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(onSubscriptionChange(event)));

async function onPush(data: PushMessageData | null): Promise<void> {
  const message: PushedMessage = readMessage(data);
  const renewals = message.ens?.type === 'wake' ? await renewAll() : [];
  const renewed = renewals.length > 0 && renewals.every(({ kind }) => kind === 'renewed');
  const { title, options } = notificationOf(message, textsFor(self.navigator.language), renewed);
  await self.registration.showNotification(title, options);
  if (message.app_badge !== undefined) await setBadge(message.app_badge);
  if (message.ens?.type !== 'wake') await renewAll(false);
}

function readMessage(data: PushMessageData | null): PushedMessage {
  try {
    return data?.json() ?? {};
  } catch {
    return {};
  }
}

async function setBadge(count: number): Promise<void> {
  // A missing badge is no reason to lose a notification.
  await self.navigator.setAppBadge?.(count).catch(() => undefined);
}

async function renewAll(all = true) {
  const subscription = await self.registration.pushManager.getSubscription();
  return subscription === null ? [] : renewDue(subscriptionText(subscription), all);
}

async function onSubscriptionChange(event: Event & { readonly newSubscription?: PushSubscription | null }) {
  const key = await read('applicationServerKey');
  const made =
    event.newSubscription ??
    (key === undefined
      ? undefined
      : await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  if (made === undefined || made === null) return;
  const renewals = await renewDue(subscriptionText(made));
  if (renewals.every(({ kind }) => kind === 'renewed')) return;
  const texts = textsFor(self.navigator.language);
  await self.registration.showNotification(texts.ens_open_app, { tag: 'open-app', data: { navigate: APP } });
}

/** `…#/mail/<registration>/<item>` opens in Outlook on the web, everything else in the web app. */
async function open(navigate: string): Promise<void> {
  const target = (await mailAddress(navigate)) ?? navigate;
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const own = windows.find(({ url }) => new URL(url).pathname === APP);
  if (target === navigate && own !== undefined) {
    await own.focus();
    return;
  }
  await self.clients.openWindow(target);
}

async function mailAddress(navigate: string): Promise<string | undefined> {
  const [, registrationId, item] = /#\/mail\/([^/]+)\/([^/]+)$/.exec(navigate) ?? [];
  if (item === undefined) return undefined;
  const mailbox = (await readMailboxes()).find((one) => one.registrationId === registrationId);
  return webMailAddress(decodeURIComponent(item), mailbox?.ewsUrl, await read('webMailUrl'));
}
