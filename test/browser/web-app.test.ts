import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { browserTest } from '../support/browser.ts';
import { CHROMIUM, launchBrowser } from '../support/chromium.ts';
import { type AppPageOptions, openAppPage } from '../support/web-app-page.ts';
import { API_TOKEN, useWorld } from '../support/world.ts';

const world = useWorld({ withoutSchedules: true });
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser: Browser | undefined;
beforeAll(async () => {
  if (CHROMIUM !== undefined) browser = await launchBrowser();
}, 240_000);
afterAll(async () => {
  await browser?.close();
});

function open(fragment: string, options?: AppPageOptions) {
  if (browser === undefined) throw new Error('the browser is not running: call this inside a test');
  return openAppPage(browser, world().world.origin, fragment, AXE, options);
}

browserTest('without a link the app asks for one, and takes it', async () => {
  const { page, complaints } = await open('');
  await page.getByLabel('Link from your administrator').fill('https://ens.example.com/app');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('This is not such a link').waitFor();
  await page
    .getByLabel('Link from your administrator')
    .fill(`https://ens.example.com/app#token=${API_TOKEN}`);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Add a mailbox' }).waitFor();
  expect(await page.getByText('This page needs JavaScript').count()).toBe(0);
  expect(complaints).toEqual([]);
});

browserTest('the form can be filled by keyboard alone, in the order in which it is seen', async () => {
  const { page, complaints, accessibility } = await open(`#token=${API_TOKEN}`);
  await page.getByLabel('E-mail address', { exact: true }).focus();
  const order: unknown[] = [];
  for (let step = 0; step < 6; step += 1) {
    order.push(
      await page.evaluate('document.activeElement.name || document.activeElement.textContent.trim()'),
    );
    await page.keyboard.press('Tab');
  }
  expect(order).toEqual(['email', 'username', 'password', 'ewsUrl', 'keep', 'Turn on notifications']);
  expect(await accessibility()).toEqual([]);
  expect(complaints).toEqual([]);
});

browserTest(
  'dark, German and narrow pages have no accessibility finding and no sideways scrolling',
  async () => {
    const { page, accessibility } = await open(`#token=${API_TOKEN}`, {
      language: 'de-DE',
      colorScheme: 'dark',
      width: 320,
    });
    await page.getByRole('heading', { name: 'Postfach hinzufügen' }).waitFor();
    await page.getByText('Hilfe').click();
    expect(await accessibility()).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
  },
);

browserTest('the policy lets no inline code and no foreign address in', async () => {
  const { page } = await open(`#token=${API_TOKEN}`);
  await page.getByRole('heading', { name: 'Add a mailbox' }).waitFor();
  const tried = await page.evaluate(`(async () => {
    const results = [];
    try { document.body.innerHTML = '<img src=x onerror="window.broken = 1">'; results.push('html'); } catch {}
    const script = document.createElement('script');
    try { script.textContent = 'window.broken = 1'; results.push('script'); } catch {}
    document.head.append(script);
    try { await fetch('https://elsewhere.example.com/'); results.push('fetch'); } catch {}
    return [...results, String(window.broken)];
  })()`);
  expect(tried).toEqual(['undefined']);
});

browserTest('the service worker shows a pushed message, and a broken one as a new message', async () => {
  const { page } = await open(`#token=${API_TOKEN}`);
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  const session = await page.context().newCDPSession(page);
  await session.send('ServiceWorker.enable');
  const registered = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [first] = registrations;
      if (first !== undefined) resolve(first.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const { origin } = world().world;
  const deliver = async (data: string) =>
    session.send('ServiceWorker.deliverPushMessage', { origin, registrationId: await registered, data });
  const message = {
    web_push: 8030,
    notification: { title: 'Bob', body: 'Lunch?', navigate: `${origin}/app`, tag: 'one' },
    ens: { v: 1, type: 'new-mail' },
  };
  await deliver(JSON.stringify(message));
  await deliver('no JSON at all');
  const shown = '(await (await navigator.serviceWorker.ready).getNotifications())';
  await page.waitForFunction(`(async () => ${shown}.length === 2)()`);
  const titles = await page.evaluate(`(async () => ${shown}.map(({ title }) => title).sort())()`);
  expect(titles).toEqual(['Bob', 'New message']);
});
