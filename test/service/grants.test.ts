import { SetEndpointAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { unusedGrants } from '../../local/aws/gate.ts';
import type { Phone } from '../../local/client/client.ts';
import { LOCAL_REGION } from '../../local/template/physical.ts';
import { OPERATOR_ACCESS_KEY_ID } from '../../local/world/principals.ts';
import { redeploy, rolesOf } from '../support/deployed.ts';
import { rotateSecrets } from '../support/rotate-secrets.ts';
import { type TestWorld, useWorld } from '../support/world.ts';

/** What docs/first-deployment.md lists with its reason, because nothing of it runs here. */
const NOT_EMULATED = /^(logs|ec2):/;
/** SNS may evaluate a push on the application too; here it is evaluated on the endpoint alone. */
const GRANTED_IN_CASE = /: sns:Publish on arn:aws:sns:[^:]+:[^:]+:app\//;
const PLATFORMS = ['apns', 'apns-sandbox', 'fcm'] as const;
const DAY_MS = 86_400_000;

const world = useWorld({ withoutSchedules: true });
let operator: SNSClient;
beforeAll(() => {
  operator = new SNSClient({
    region: LOCAL_REGION,
    endpoint: world().world.aws.origin,
    credentials: { accessKeyId: OPERATOR_ACCESS_KEY_ID, secretAccessKey: 'local' },
  });
});
afterAll(() => operator.destroy());

/** Every action that the roles allow of the emulated services and that no call has needed, one line each. */
async function report(): Promise<readonly string[]> {
  const roles = rolesOf(world().assembly);
  return unusedGrants(roles, world().world.aws.usedGrants())
    .filter(({ action }) => !NOT_EMULATED.test(action))
    .map(({ roleArn, action, resource }) => `${roleArn.split('/').at(-1)}: ${action} on ${resource}`)
    .filter((line) => !GRANTED_IN_CASE.test(line));
}

/** As SNS does when Apple or Google calls a token invalid. */
async function disableEndpoints(the: TestWorld): Promise<void> {
  const atSns = (await the.rows('endpoints')).filter(({ platform }) => platform !== 'webpush');
  for (const { endpoint_arn } of atSns) {
    const Attributes = { Enabled: 'false' };
    await operator.send(new SetEndpointAttributesCommand({ EndpointArn: String(endpoint_arn), Attributes }));
  }
}

function notificationsOf(the: TestWorld, phone: Phone): readonly unknown[] {
  if (phone.platform !== 'webpush') return the.notifications(phone);
  return the.world.pushService.browser(phone.token)?.shown() ?? [];
}

test('every permission of every function is one that some call needs', async () => {
  const the = world();
  const { aws, exchange, functions, upkeep } = the.world;
  const registered = [];
  for (const platform of PLATFORMS) registered.push(await the.registerPhone({ platform }));
  const browser = the.world.pushService.newBrowser();
  registered.push(await the.registerPhone({ platform: 'webpush', token: browser.token }));
  expect((await fetch(`${the.world.origin}/app/config.json`)).status).toBe(200);
  const phones = registered.map(({ phone }) => phone);
  const shown = () => phones.map((phone) => notificationsOf(the, phone).length);
  for (const phone of phones) {
    await the.deliverMail(phone.email);
    expect(notificationsOf(the, phone)).toHaveLength(1);
    await exchange.heartbeat(phone.email);
  }
  // Registering again enables an endpoint that SNS has disabled.
  await disableEndpoints(the);
  for (const { phone, registrationId } of registered) {
    expect((await the.client.register(phone)).status).toBe(200);
    expect((await the.client.call('GET', `/register/${registrationId}`)).status).toBe(200);
  }
  expect((await the.client.call('GET', '/alive?deep=true')).status).toBe(200);

  // Nobody hears of the subscriptions for two hours: upkeep wakes the phones.
  const before = shown();
  await aws.database.query(`UPDATE subscriptions SET last_seen_at = last_seen_at - ${DAY_MS / 12}`);
  await upkeep();
  const woken = shown().filter((count, index) => count > (before[index] ?? 0));
  expect(woken).toHaveLength(phones.length);
  // The phones are gone: the next push finds that out, and a day later upkeep deletes their endpoints.
  await disableEndpoints(the);
  browser.unsubscribe();
  for (const phone of phones) await the.deliverMail(phone.email);
  await aws.database.query(`UPDATE endpoints SET disabled_at = disabled_at - ${2 * DAY_MS}`);
  await upkeep();
  expect(await the.rows('endpoints')).toEqual([]);
  expect((await the.client.call('DELETE', `/register/${registered[0]?.registrationId}`)).status).toBe(204);

  await rotateSecrets(the);

  // What is revoked is noted outside the database, for as long as there are backups.
  for (const days of [0, 17]) {
    await the.world.clock.advance(days * DAY_MS);
    const last = await the.registerPhone();
    expect((await the.client.call('DELETE', `/register/${last.registrationId}`)).status).toBe(204);
    await upkeep();
  }

  // The next deployments: keys are handed over again; a schema of a newer release is left alone.
  const answers = await redeploy(the, 'Custom::EnsPushApplications');
  expect(answers.map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
  await aws.database.query(`INSERT INTO schema_migrations (version, name, sha256) VALUES (99, 'newer', '')`);
  expect(await functions.invoke('migrate', {})).toMatchObject({ ok: false });

  expect(await report()).toEqual([]);
});
