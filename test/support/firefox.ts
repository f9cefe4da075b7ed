import { existsSync } from 'node:fs';
import { afterAll, beforeAll, test } from '@jest/globals';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';

/** Debian's Firefox; undefined where there is none. */
export const FIREFOX = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find((path) => existsSync(path));
const PATIENCE_MS = 45_000;

/** Like `test`, for what needs Firefox; without it, it says what to install and counts as to do. */
export function firefoxTest(title: string, run: () => Promise<void>, timeoutMs = 120_000): void {
  if (FIREFOX === undefined) test.todo(`${title} (needs Firefox: apt-get install firefox-esr)`);
  else test(title, run, timeoutMs);
}

/** Firefox whose push service is the local world's. Rejects where none is installed. */
export function launchFirefox(origin: string): Promise<Browser> {
  if (FIREFOX === undefined) throw new Error('There is no Firefox: apt-get install firefox-esr');
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    extraPrefsFirefox: {
      'dom.push.enabled': true,
      'dom.push.connection.enabled': true,
      'dom.push.serverURL': `${origin.replace('http:', 'ws:')}/push`,
      'dom.push.testing.allowInsecureServerURL': true,
      'permissions.default.desktop-notification': 1,
      // Without a desktop nothing else shows a notification.
      'alerts.useSystemBackend': false,
      'intl.accept_languages': 'en-GB',
    },
  });
}

/** One Firefox for a file, whose push service is the local world's. Every page has a profile of its own. */
export function useFirefox(origin: () => string): () => Promise<Page> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (FIREFOX !== undefined) browser = await launchFirefox(origin());
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
  });
  return async () => {
    if (browser === undefined) throw new Error('Firefox is not running: call this inside a test');
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    return page;
  };
}
