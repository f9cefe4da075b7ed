import { afterAll, beforeAll, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';
import { FIREFOX, launchFirefox } from './firefox.ts';

const PATIENCE_MS = 45_000;

/** Like `test`, for what needs Firefox; without it, it says what to install and counts as to do. */
export function firefoxTest(title: string, run: () => Promise<void>, timeoutMs = 240_000): void {
  if (FIREFOX === undefined) test.todo(`${title} (needs Firefox: apt-get install firefox-esr)`);
  else test(title, run, timeoutMs);
}

/** One Firefox for a file, whose push service is the local world's. Every page has a profile of its own. */
export function useFirefox(origin: () => string): () => Promise<Page> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (FIREFOX !== undefined) browser = await launchFirefox(origin());
  }, 240_000);
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
