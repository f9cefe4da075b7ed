import { render } from 'lit';
import { createActions } from './actions.ts';
import { canPush, needsHomeScreen, tokenIn } from './enrolment.ts';
import { getConfiguration } from './shared/api.ts';
import { subscriptionText } from './shared/push-subscription.ts';
import { renewDue } from './shared/register-mailbox.ts';
import { read, readMailboxes, write } from './shared/storage.ts';
import { textsFor } from './shared/texts.ts';
import { webMailAddress } from './shared/web-mail.ts';
import { createStore, type Screen } from './state.ts';
import { serviceWorkerAddress } from './trusted-address.ts';
import { page } from './views/page.ts';

const APP = '/app';
const root = document.querySelector<HTMLElement>('#app');
// What stands there is for browsers without scripts.
root?.replaceChildren();
const texts = textsFor(navigator.language);
document.documentElement.lang = texts === textsFor('de') ? 'de' : 'en';
document.title = texts.title;

const store = createStore((state) => {
  if (root !== null) render(page(state, texts, actions, store, enterLink), root);
});
const worker: Promise<ServiceWorkerRegistration> = canPush()
  ? navigator.serviceWorker
      .register(serviceWorkerAddress(), { scope: APP })
      .then(() => navigator.serviceWorker.ready)
  : new Promise(() => undefined);
const actions = createActions(store, texts, worker);

await start();

async function start(): Promise<void> {
  const address = await tappedMail();
  if (address !== undefined) {
    store.set({ screen: { name: 'opening-mail' } });
    location.replace(address);
    return;
  }
  const token = tokenIn(location.href);
  if (token !== undefined) {
    await write('apiToken', token);
    // On an iPhone the installed app starts at this address, and has to find the token in it.
    if (!needsHomeScreen()) history.replaceState(null, '', APP);
  }
  store.set({ screen: await firstScreen() });
  await actions.refresh();
  await renewByItself();
}

async function firstScreen(): Promise<Screen> {
  if (!canPush() && !needsHomeScreen()) return { name: 'not-supported' };
  const configuration = await getConfiguration();
  if (configuration.ok) {
    const { webPush, applicationServerKey, webMailUrl } = configuration.value;
    if (!webPush || applicationServerKey === undefined) return { name: 'switched-off' };
    await write('applicationServerKey', applicationServerKey);
    if (webMailUrl !== undefined) await write('webMailUrl', webMailUrl);
  } else store.set({ notice: { kind: 'error', text: texts.network } });
  if ((await read('apiToken')) === undefined) return { name: 'link', wrong: false };
  return (await readMailboxes()).length === 0 ? { name: 'sign-in' } : { name: 'mailboxes' };
}

/** A pasted link, for whom the browser or the home screen has forgotten the first one. */
async function enterLink(link: string): Promise<void> {
  const token = tokenIn(link);
  if (token === undefined) return store.set({ screen: { name: 'link', wrong: true } });
  await write('apiToken', token);
  store.set({ screen: await firstScreen() });
}

/** Subscriptions change without a word to the page, so they are compared at every start. */
async function renewByItself(): Promise<void> {
  if (!canPush()) return;
  const registration = await worker;
  const subscription = await registration.pushManager.getSubscription();
  if (subscription === null) return;
  const renewals = await renewDue(subscriptionText(subscription));
  if (renewals.length > 0) await actions.refresh();
}

/** Where the tapped notification of a browser without our service worker leads. */
async function tappedMail(): Promise<string | undefined> {
  const [, registrationId, item] = /^#\/mail\/([^/]+)\/([^/]+)$/.exec(location.hash) ?? [];
  if (item === undefined) return undefined;
  const mailbox = (await readMailboxes()).find((one) => one.registrationId === registrationId);
  return webMailAddress(decodeURIComponent(item), mailbox?.ewsUrl, await read('webMailUrl'));
}
