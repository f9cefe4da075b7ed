import { expect } from '@jest/globals';
import type { Page } from 'puppeteer-core';
import { firefoxTest, useFirefox } from '../support/use-firefox.ts';
import { API_TOKEN, useWorld } from '../support/world.ts';

const world = useWorld({ withoutSchedules: true });
const newPage = useFirefox(() => world().world.origin);

type Mailbox = ReturnType<ReturnType<typeof world>['newMailbox']>;

const REGISTRATION = '(await navigator.serviceWorker.ready)';
const SUBSCRIPTION = `(await ${REGISTRATION}.pushManager.getSubscription())`;

async function openApp(token = API_TOKEN): Promise<Page> {
  const page = await newPage();
  await page.goto(`${world().world.origin}/app#token=${token}`);
  return page;
}

/** Resolves when the page shows this text. */
function seen(page: Page, text: string): Promise<unknown> {
  return page.waitForFunction(`document.body.textContent.includes(${JSON.stringify(text)})`);
}

async function click(page: Page, text: string): Promise<void> {
  await page.locator(`button::-p-text(${text})`).click();
}

async function signIn(page: Page, mailbox: Mailbox, changes: { password?: string; keep?: boolean } = {}) {
  await page.locator('input[name=email]').fill(mailbox.email);
  await page.locator('input[name=password]').fill(changes.password ?? mailbox.password);
  await page.locator('input[name=ewsUrl]').fill(mailbox.ewsUrl);
  if (changes.keep === true) await page.locator('input[name=keep]').click();
  await click(page, 'Turn on notifications');
}

/** Runs an expression or a block in the page, `await` included. */
function inPage(page: Page, expression: string): Promise<unknown> {
  return page.evaluate(`(async () => ${expression})()`);
}

/** Title and text of every notification that stands in the browser, once one of them has this title. */
async function notifications(page: Page, title: string): Promise<unknown> {
  const shown = `(await ${REGISTRATION}.getNotifications())`;
  await page.waitForFunction(
    `(async () => ${shown}.some((one) => one.title === ${JSON.stringify(title)}))()`,
    {
      polling: 250,
    },
  );
  return inPage(page, `${shown}.map((one) => one.title + ': ' + one.body)`);
}

/** Ends what this browser kept, so that the next test starts as a new user. */
async function forget(page: Page): Promise<void> {
  await inPage(
    page,
    `{
      for (const shown of await ${REGISTRATION}.getNotifications()) shown.close();
      await ${SUBSCRIPTION}?.unsubscribe();
      await new Promise((resolve) => {
        const opened = indexedDB.open('ens', 1);
        opened.onsuccess = () => {
          opened.result.transaction('kept', 'readwrite').objectStore('kept').clear().onsuccess = resolve;
        };
      });
    }`,
  );
  await page.close();
}

firefoxTest('a mail in Exchange becomes a notification in Firefox with sender and subject', async () => {
  const mailbox = world().newMailbox();
  const page = await openApp();
  await seen(page, 'Add a mailbox');
  expect(page.url()).toBe(`${world().world.origin}/app`);
  await signIn(page, mailbox);
  await seen(page, 'Notifications are on');
  const acks: number[] = [];
  const stop = world().world.pushService.onAck((code) => void acks.push(code));
  await world().deliverMail(mailbox.email, { subject: 'Lunch?', name: 'Bob' });
  expect(await notifications(page, 'Bob')).toEqual(['Bob: Lunch?']);
  stop();
  expect(acks).toEqual([100]);
  expect(await world().everythingWritten()).not.toContain(mailbox.password);
  await click(page, 'Remove this mailbox');
  await seen(page, 'Really remove?');
  await click(page, 'Remove this mailbox');
  await seen(page, 'The mailbox was removed.');
  expect(await world().rows('devices')).toEqual([]);
  await forget(page);
});

firefoxTest('a wrong password and a revoked link say what to do', async () => {
  const mailbox = world().newMailbox();
  const page = await openApp();
  await signIn(page, mailbox, { password: 'wrong' });
  await page.waitForSelector('[role=alert] .error');
  const told = await inPage(page, `document.querySelector('[role=alert]').textContent`);
  expect(told).toMatch(/password/i);
  await forget(page);
  const revoked = await openApp('token-that-was-revoked');
  await signIn(revoked, mailbox);
  await seen(revoked, 'Ask your administrator for a new one');
  await forget(revoked);
});

firefoxTest('a kept sign-in follows a new push subscription by itself', async () => {
  const mailbox = world().newMailbox();
  const page = await openApp();
  await signIn(page, mailbox, { keep: true });
  await seen(page, 'Notifications are on');
  const before = await world().rows('endpoints');
  await inPage(
    page,
    `{
      const known = ${SUBSCRIPTION};
      const { applicationServerKey } = known.options;
      await known.unsubscribe();
      await ${REGISTRATION}.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
    }`,
  );
  await page.reload();
  await page.waitForFunction(
    `new Promise((resolve) => {
      const opened = indexedDB.open('ens', 1);
      opened.onsuccess = async () => {
        const { endpoint } = ${SUBSCRIPTION};
        const asked = opened.result.transaction('kept').objectStore('kept').get('mailboxes');
        asked.onsuccess = () => resolve(asked.result?.[0]?.subscription.includes(endpoint));
      };
    })`,
    { polling: 250 },
  );
  await world().deliverMail(mailbox.email, { subject: 'Still here', name: 'Bob' });
  expect(await notifications(page, 'Bob')).toEqual(['Bob: Still here']);
  expect(await world().rows('endpoints')).not.toEqual(before);
  await forget(page);
});

firefoxTest('an ended subscription shows in the app, and signing in again repairs it', async () => {
  const mailbox = world().newMailbox();
  const page = await openApp();
  await signIn(page, mailbox);
  await seen(page, 'Notifications are on');
  await inPage(page, `${SUBSCRIPTION}.unsubscribe()`);
  await world().deliverMail(mailbox.email, { subject: 'lost' });
  await page.reload();
  await seen(page, 'The browser has ended the subscription');
  await click(page, 'Sign in again');
  await page.locator('input[name=password]').fill(mailbox.password);
  await click(page, 'Turn on notifications');
  await seen(page, 'Notifications are on');
  await world().deliverMail(mailbox.email, { subject: 'Back', name: 'Ann' });
  expect(await notifications(page, 'Ann')).toEqual(['Ann: Back']);
  await forget(page);
});
