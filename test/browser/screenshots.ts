/** Takes the README's pictures from the running page: `npm run screenshots` writes docs/images/console-*.png. */
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { synthesise } from '../../local/synthesise.ts';
import { startWorld } from '../../local/world/start-world.ts';
import { launchBrowser } from '../support/chromium.ts';
import { createPerson, type Person } from '../support/console-person.ts';

const IMAGES = resolve(import.meta.dirname, '../../docs/images');
const ANN = 'ann@example.com';

interface Picture {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
  readonly wholePage?: boolean;
  /** What is done before the picture is taken. */
  readonly prepare?: (person: Person) => Promise<void>;
}

const PICTURES: readonly Picture[] = [
  { file: 'console-light.png', width: 1600, height: 1000, colorScheme: 'light' },
  { file: 'console-dark.png', width: 1600, height: 1000, colorScheme: 'dark' },
  { file: 'console-narrow.png', width: 360, height: 780, colorScheme: 'light', wholePage: true },
  {
    file: 'console-bytes.png',
    width: 1600,
    height: 1000,
    colorScheme: 'light',
    async prepare({ page }) {
      await page.locator('.hop-row', { hasText: 'APNs' }).click();
      await page.locator('.details pre').first().waitFor();
    },
  },
  { file: 'console-failure.png', width: 1600, height: 1000, colorScheme: 'light', prepare: failOnce },
];

async function failOnce(person: Person): Promise<void> {
  const { page } = person;
  await person.fault('Refuse (401)');
  await page.locator('.notice').waitFor();
  await person.writeMail('Minutes of Tuesday');
  await person.timeline('Minutes of Tuesday');
  await page.getByText('Runbook, ').first().waitFor();
}

async function open(
  browser: Browser,
  origin: string,
  { width, height, colorScheme }: Picture,
): Promise<Person> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(`${origin}/`);
  await page.locator('.dot--on').waitFor();
  return createPerson(page);
}

const world = await startWorld({ assembly: await synthesise(), port: 0, apiToken: 'token-of-the-pictures' });
const browser = await launchBrowser();
try {
  const [first] = PICTURES;
  if (first === undefined) throw new Error('there is no picture to take');
  const person = await open(browser, world.origin, first);
  const phone = await person.addPhone({ email: ANN });
  // The first mails warm the functions, so that the picture shows an ordinary way.
  for (const subject of ['The plans for the bridge', 'Can we fix it?', 'Lunch on Friday?']) {
    await person.writeMail(subject);
    await person.sees(phone, subject);
    await person.timeline(subject);
  }
  await person.page.close();
  for (const picture of PICTURES) {
    const { page, ...rest } = await open(browser, world.origin, picture);
    await picture.prepare?.({ page, ...rest });
    await page.screenshot({
      path: join(IMAGES, picture.file),
      fullPage: picture.wholePage === true,
      animations: 'disabled',
    });
    process.stdout.write(`docs/images/${picture.file}\n`);
    await page.close();
  }
} finally {
  await browser.close();
  await world.close();
}
