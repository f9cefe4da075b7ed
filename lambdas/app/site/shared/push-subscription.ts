/** The browser's push subscription as the service takes it. */
import { fromBase64Url } from './encoding.ts';

/** JSON text with the members in a fixed order: its hash names the device's endpoint. */
export function subscriptionText(subscription: PushSubscription): string {
  const { endpoint, keys } = subscription.toJSON();
  return JSON.stringify({ endpoint, keys: { p256dh: keys?.p256dh, auth: keys?.auth } });
}

/** The present subscription, or a new one under the service's key. Rejects where the user or the browser refuses. */
export async function subscribe(
  registration: ServiceWorkerRegistration,
  applicationServerKey: string,
): Promise<string> {
  const known = await registration.pushManager.getSubscription();
  const key = fromBase64Url(applicationServerKey);
  if (known !== null && isUnder(known, key)) return subscriptionText(known);
  // A browser binds a subscription to the key; under another one the old subscription is worth nothing.
  await known?.unsubscribe();
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  return subscriptionText(made);
}

function isUnder({ options }: PushSubscription, key: Uint8Array): boolean {
  const own = options.applicationServerKey;
  if (own === null) return false;
  const bytes = new Uint8Array(own);
  return bytes.length === key.length && bytes.every((byte, index) => byte === key[index]);
}
