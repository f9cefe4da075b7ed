import { afterAll, beforeAll, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { CHROMIUM, launchBrowser } from './chromium.ts';

const PATIENCE_MS = 45_000;

/** Like `test`, for what needs a browser; without one it says what to install and counts as to do. */
export function browserTest(title: string, run: () => Promise<void>): void {
  if (CHROMIUM === undefined) test.todo(`${title} (needs a browser: apt-get install chromium)`);
  else test(title, run);
}

export interface OpenedPage {
  readonly page: Page;
  /** Whatever the browser complained about, and every request that left the origin. */
  readonly complaints: readonly string[];
}

/** One browser for the tests of a file; every page has a profile of its own. */
export function useBrowser(): (
  url: string,
  options?: { readonly width?: number; readonly colorScheme?: 'light' | 'dark' },
) => Promise<OpenedPage> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (CHROMIUM !== undefined) browser = await launchBrowser();
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
  });
  return async (url, { width = 1600, colorScheme = 'light' } = {}) => {
    if (browser === undefined) throw new Error('the browser is not running: call this inside a test');
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) complaints.push(`request to ${request.url()}`);
    });
    await page.goto(`${url}/`);
    await page.getByRole('heading', { name: 'Phones' }).waitFor();
    return { page, complaints };
  };
}
