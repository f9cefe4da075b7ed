import type { Browser, Page } from 'playwright-core';

export interface AppPage {
  readonly page: Page;
  /** What the browser complained about, and every request that left the origin. */
  readonly complaints: readonly string[];
  /** Sentences of axe about what people with a screen reader or a keyboard cannot use. */
  accessibility(): Promise<readonly string[]>;
}

export interface AppPageOptions {
  readonly language?: string;
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
}

/** The web app in a profile of its own, which may show notifications. */
export async function openAppPage(
  browser: Browser,
  origin: string,
  fragment: string,
  axe: string,
  { language = 'en-GB', colorScheme = 'light', width = 390 }: AppPageOptions = {},
): Promise<AppPage> {
  const context = await browser.newContext({
    locale: language,
    colorScheme,
    viewport: { width, height: 800 },
    permissions: ['notifications'],
    // axe is put into the page from outside; the policy itself is tested by what the page may do.
    bypassCSP: false,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) complaints.push(`request to ${request.url()}`);
  });
  await page.goto(`${origin}/app${fragment}`);
  return {
    page,
    complaints,
    async accessibility() {
      await page.evaluate(axe);
      const found: unknown = await page.evaluate(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
      );
      return Array.isArray(found) ? found.map(String) : ['axe gave no answer'];
    },
  };
}
