import { expect } from '@jest/globals';
import { browserTest, useBrowser } from '../support/browser.ts';
import { createPerson } from '../support/console-person.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();
const open = useBrowser();
const TEN_SECONDS_MS = 10_000;

async function visit(options?: Parameters<typeof open>[1]) {
  const { page, complaints } = await open(world().world.origin, options);
  return { person: createPerson(page), page, complaints };
}

browserTest('a person gets from an empty page to a notification in under ten seconds', async () => {
  const startedAt = performance.now();
  const { person, complaints } = await visit();
  const phone = await person.addPhone({ email: 'ann@example.com' });
  await person.writeMail('Lunch on Friday?');
  await person.sees(phone, 'Lunch on Friday?');
  expect(performance.now() - startedAt).toBeLessThan(TEN_SECONDS_MS);
  await person.sees(phone, 'Bob Builder');
  await person.badge(phone, 1);
  expect(complaints).toEqual([]);
});

browserTest('the keyboard alone is enough, on a narrow and dark screen', async () => {
  const { person, page, complaints } = await visit({ width: 360, colorScheme: 'dark' });
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const add = page.getByRole('button', { name: 'Add a phone', exact: true });
  if (await add.isVisible()) {
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
  }
  await page.keyboard.press('Tab');
  await page.keyboard.type('kay@example.com');
  await page.keyboard.press('Enter');
  const phone = page.getByRole('article', { name: 'Kay’s iPhone' });
  await phone.getByText('Registered', { exact: true }).waitFor();
  await page.getByRole('form', { name: 'Write a mail' }).getByLabel('Subject').focus();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('By keyboard');
  await page.keyboard.press('Enter');
  await person.sees(phone, 'By keyboard');
  const timeline = await person.timeline('By keyboard');
  await timeline.getByRole('button', { name: 'SNS' }).focus();
  await page.keyboard.press('Enter');
  await timeline.getByText('"TargetArn"').first().waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  expect(complaints).toEqual([]);
});

browserTest('every hop shows its exact bytes and none of the secrets', async () => {
  const { person, page, complaints } = await visit();
  const phone = await person.addPhone({ email: 'hops@example.com' });
  const registered = await person.timeline('registers');
  expect(await bytesOf(registered)).toMatch(/"credentials": "‹JWE, \d+ characters›"/);
  await person.writeMail('Seen from all sides', 'hops@example.com');
  await person.sees(phone, 'Seen from all sides');
  const timeline = await person.timeline('Seen from all sides');
  const places = await timeline.locator('.place').allTextContents();
  expect(places.slice(0, 3)).toEqual(['Exchange', 'Gateway', 'Function']);
  expect(places.slice(-4)).toEqual(['Database', 'EWS', 'SNS', 'APNs'].slice(-places.length));
  const bytes = await bytesOf(timeline);
  for (const shown of [
    /SendNotification/,
    /UPDATE subscriptions/,
    /GetItem/,
    /"Message"/,
    /"aps"/,
    /SubscriptionStatus/,
  ])
    expect(bytes).toMatch(shown);
  expect(bytes).toMatch(/‹sealed, \d+ characters›/);
  expect(bytes).toMatch(/authorization: Basic ‹masked›/);

  const everything = `${bytes}${await page.content()}`;
  const { exchange, aws } = world().world;
  for (const { password } of exchange.mailboxes.all()) expect(everything).not.toContain(password);
  for (const { token } of aws.phones.all()) expect(everything).not.toContain(token);
  for (const { url } of exchange.subscriptions()) expect(everything).not.toContain(url.split('/').at(-1));
  expect(everything).not.toMatch(/eyJ[\w-]{10,}\.[\w-]*\./);
  expect(complaints).toEqual([]);
});

browserTest('a sealed preview is read on the phone and nowhere before', async () => {
  const { person, page } = await visit();
  const phone = await person.addPhone({ email: 'sealed@example.com', kind: 'Android', sealed: true });
  await person.writeMail('Between us', 'sealed@example.com');
  await person.sees(phone, 'Between us');
  await phone.getByText('opened on this phone').waitFor();
  const timeline = await person.timeline('Between us');
  await timeline.getByRole('button', { name: 'FCM' }).click();
  const sent = await timeline.locator('pre').first().textContent();
  expect(sent).toContain('New message');
  expect(sent).not.toContain('Between us');
  await page.close();
});

browserTest('two phones of one mailbox ring together, and reading elsewhere clears both badges', async () => {
  const { person, page } = await visit();
  const first = await person.addPhone({ email: 'two@example.com' });
  const second = await person.addPhone({ email: 'two@example.com', kind: 'Android', shows: 'sender' });
  await person.writeMail('For both of you', 'two@example.com');
  await person.sees(first, 'For both of you');
  await person.sees(second, 'Bob Builder');
  expect(await second.textContent()).not.toContain('For both of you');
  await Promise.all([person.badge(first, 1), person.badge(second, 1)]);
  await page.getByRole('button', { name: 'Read: For both of you' }).click();
  await Promise.all([person.badge(first, 0), person.badge(second, 0)]);
});

browserTest('a reload in the middle loses nothing', async () => {
  const { person, page, complaints } = await visit();
  await person.addPhone({ email: 'reload@example.com' });
  const { exchange } = world().world;
  exchange.modes.slowMs = 300;
  await person.writeMail('Before the reload', 'reload@example.com');
  await page.locator('.mail', { hasText: 'Before the reload' }).waitFor();
  await page.reload();
  const phone = page.getByRole('article', { name: 'Reload’s iPhone' });
  await person.sees(phone, 'Before the reload');
  exchange.modes.slowMs = 0;
  await person.timeline('Before the reload');
  expect(complaints).toEqual([]);
});

browserTest('a changed password ends in “Sign in again”, and signing in mends it', async () => {
  const { person, page } = await visit();
  const phone = await person.addPhone({ email: 'pass@example.com' });
  await person.press('Change password', phone);
  await phone.getByText('with a password that has changed').waitFor();
  await person.writeMail('Not readable', 'pass@example.com');
  await person.sees(phone, 'New message');
  const timeline = await person.timeline('Not readable');
  await timeline.getByText('Runbook, 2 Exchange says 401').waitFor();
  // The second try comes a quarter of an hour after the first.
  for (let pass = 0; pass < 3; pass += 1) await person.letPass('Let 5 minutes pass');
  await person.writeMail('Still not readable', 'pass@example.com');
  await person.sees(phone, 'Sign in again');
  await person.press('Sign in again', phone);
  await phone.getByText('Registered', { exact: true }).waitFor();
  await person.writeMail('Readable once more', 'pass@example.com');
  await person.sees(phone, 'Readable once more');
  await page.close();
});

browserTest('an unregistered phone hears no more, and its rows are gone', async () => {
  const { person, page } = await visit();
  const phone = await person.addPhone({ email: 'leaving@example.com' });
  await page.getByText('What is stored').click();
  await page.getByRole('columnheader', { name: 'mailbox_id' }).waitFor();
  const rows = async () => (await world().rows('devices')).length;
  const before = await rows();
  await person.press('Unregister', phone);
  await phone.getByText('Unregistered', { exact: true }).waitFor();
  expect(await rows()).toBe(before - 1);
  await person.writeMail('Nobody hears this', 'leaving@example.com');
  await page.getByText('nobody subscribed').waitFor();
  expect(await phone.locator('.notification').count()).toBe(0);
  await page.close();
});

browserTest('a deleted app is noticed at the next push, and installing it again mends it', async () => {
  const { person, page } = await visit();
  const phone = await person.addPhone({ email: 'gone@example.com' });
  await person.press('Delete the app', phone);
  await phone.getByText('App deleted').waitFor();
  await person.writeMail('To nobody', 'gone@example.com');
  await person.timeline('To nobody');
  const endpoints = async () =>
    (await world().rows('endpoints')).filter(({ enabled }) => enabled === false).length;
  await person.writeMail('To nobody again', 'gone@example.com');
  await person.timeline('To nobody again');
  expect(await endpoints()).toBeGreaterThan(0);
  await person.press('Install again', phone);
  await phone.getByText('Registered', { exact: true }).waitFor();
  await person.writeMail('Back again', 'gone@example.com');
  await person.sees(phone, 'Back again');
  await page.close();
});

/** Opens every hop and gives all that is shown. */
async function bytesOf(
  timeline: Awaited<ReturnType<ReturnType<typeof createPerson>['timeline']>>,
): Promise<string> {
  const rows = timeline.locator('.hop-row');
  const count = await rows.count();
  for (let at = 0; at < count; at += 1) {
    await rows.nth(at).click();
    await timeline.locator('.hop').nth(at).locator('pre').first().waitFor();
  }
  return (await timeline.locator('pre').allTextContents()).join('\n');
}
