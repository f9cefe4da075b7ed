import { expect } from '@jest/globals';
import { browserTest, useBrowser } from '../support/browser.ts';
import { createPerson } from '../support/console-person.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();
const open = useBrowser();

async function visit(email: string) {
  const { page } = await open(world().world.origin);
  const person = createPerson(page);
  const phone = await person.addPhone({ email });
  return { person, page, phone };
}

for (const { name, fault, section } of [
  { name: 'a refused sign-in', fault: 'Refuse (401)', section: '2 Exchange says 401' },
  { name: 'blocked EWS', fault: 'Block (403)', section: 'exchange-blocked' },
  { name: 'a busy server', fault: 'Busy', section: '7 Exchange is busy, slow or silent' },
  { name: 'a cut connection', fault: 'Cut off', section: '7 Exchange is busy, slow or silent' },
]) {
  const email = `${fault.split(' ')[0]?.toLowerCase()}@example.com`;
  browserTest(`${name} leaves a neutral notification and the advice of the runbook`, async () => {
    const { person, page, phone } = await visit(email);
    await person.fault(fault);
    await page.locator('.notice').waitFor();
    await person.writeMail('Cannot be read', email);
    await person.sees(phone, 'New message');
    const timeline = await person.timeline('Cannot be read');
    await timeline.getByText(`Runbook, ${section}`).first().waitFor();
    expect(await phone.textContent()).not.toContain('Cannot be read');
    await person.fault('Healthy');
    await page.getByText('Exchange answers as it should again.').waitFor();
    await page.close();
  });
}

browserTest('a slow server delays the notification and loses nothing of it', async () => {
  const { person, page, phone } = await visit('slow@example.com');
  await page.getByRole('switch', { name: 'Slow' }).click();
  await page.getByRole('switch', { name: 'Slow', checked: true }).waitFor();
  await person.writeMail('Worth the wait', 'slow@example.com');
  await person.sees(phone, 'Worth the wait');
  const timeline = await person.timeline('Worth the wait');
  expect(await timeline.locator('.hop--ews .ms').first().textContent()).toMatch(/^[2-9]\.\d+ s$/);
  await page.getByRole('switch', { name: 'Slow' }).click();
  await page.getByRole('switch', { name: 'Slow', checked: false }).waitFor();
  await page.close();
});

browserTest('somebody else’s mail reaches no phone', async () => {
  const { person, page, phone } = await visit('owner@example.com');
  await page.getByRole('switch', { name: 'Wrong owner' }).click();
  await page.getByRole('switch', { name: 'Wrong owner', checked: true }).waitFor();
  await person.writeMail('Mine alone', 'owner@example.com');
  await person.sees(phone, 'New message');
  const timeline = await person.timeline('Mine alone');
  await timeline.getByText('Runbook, owner-mismatch').waitFor();
  expect(await phone.textContent()).not.toContain('Nobody else may read this');
  await page.getByRole('switch', { name: 'Wrong owner' }).click();
  await page.getByRole('switch', { name: 'Wrong owner', checked: false }).waitFor();
  await page.close();
});
