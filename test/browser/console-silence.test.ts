import { browserTest, useBrowser } from '../support/browser.ts';
import { createPerson } from '../support/console-person.ts';
import { useWorld } from '../support/world.ts';

// A world of their own: among many mailboxes a common silence counts as an outage of our own for a while.
const world = useWorld();
const open = useBrowser();

async function visit(email: string) {
  const { page } = await open(world().world.origin);
  const person = createPerson(page);
  const phone = await person.addPhone({ email });
  return { person, page, phone };
}

for (const { name, button, email } of [
  { name: 'a restart of Exchange', button: 'Restart Exchange', email: 'restart@example.com' },
  { name: 'a moved mailbox', button: 'Move the mailbox', email: 'move@example.com' },
]) {
  browserTest(`${name} kills the subscription in silence, and the woken phone makes a new one`, async () => {
    const { person, page, phone } = await visit(email);
    await person.press(button);
    await page.getByText('nobody subscribed').waitFor();
    await person.letPass('Let 1 hour pass');
    await person.letPass('Let 1 hour pass');
    await page.getByText('1 subscription').waitFor();
    await person.writeMail('Heard again', email);
    await person.sees(phone, 'Heard again');
    await page.close();
  });
}
