import { expect, test } from '@jest/globals';
import { runEns } from '../support/ens-cli.ts';
import { rotateSecrets } from '../support/rotate-secrets.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();

test('mails, health check and operator go on through every step of a rotation of all passwords', async () => {
  const the = world();
  const { phone } = await the.registerPhone();
  let mails = 0;
  await rotateSecrets(the, async () => {
    mails += 1;
    await the.deliverMail(phone.email, { subject: `mail ${mails}` });
    expect((await the.client.call('GET', '/alive?deep=true')).status).toBe(200);
  });
  expect(the.notifications(phone)).toHaveLength(mails);
  await the.world.upkeep();
  expect((await runEns('tokens', 'list', '--local', the.world.origin)).code).toBe(0);
  await the.registerPhone();
  const statements = the.world.calls.all().filter(({ service }) => service === 'rds-data');
  expect(statements.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
});
