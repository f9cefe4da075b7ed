import { afterEach, describe, expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { endEverything, subscriptionRows } from '../support/lifecycle.ts';
import { sendNotification } from '../support/send-notification.ts';
import { at, codeOf, type Notification, useWorld } from '../support/world.ts';

/** What Exchange carries for us in the callback URL: how long it may be, and what it opens. */
const world = useWorld();
afterEach(() => endEverything(world()));

const textOf = (push: Notification | undefined) => at(push?.payload, 'aps', 'alert', 'body');
const NEUTRAL = /new message/i;

test('every URL that Exchange was given is shorter than 2083 characters and plain, whatever it carries', async () => {
  const the = world();
  // Lengths around the border at which credentials are split, and far beyond it.
  const auths = [1, 180, 190, 200, 210, 220, 230, 240, 250, 300, 500, 1_000].map((length) => ({
    type: 'basic',
    username: 'ann',
    password: 'p'.repeat(length),
  }));
  const halves = new Set<unknown>();
  for (const auth of auths) {
    const mailbox = the.newMailbox('long');
    Object.assign(the.world.exchange.mailboxes.get(mailbox.email), {
      username: mailbox.email,
      password: auth.password,
    });
    const { phone, registrationId } = await the.registerPhone(
      { auth: { ...auth, username: mailbox.email } },
      mailbox,
    );
    const [subscription] = the.world.exchange.subscriptions(phone.email);
    expect(subscription?.url.length).toBeLessThan(2083);
    expect(subscription?.url).toMatch(/^[!-~]+$/);
    const [row] = await subscriptionRows(the, registrationId);
    halves.add(row?.inner_jwe === null ? 'whole' : 'split');
    await the.deliverMail(phone.email, { subject: `of ${auth.password.length}` });
    expect((await the.waitForNotifications(phone, 1)).map(textOf)).toEqual([`of ${auth.password.length}`]);
  }
  expect(halves).toEqual(new Set(['whole', 'split']));
});

test('credentials of 16 KB pass as a whole, one character more does not', async () => {
  const the = world();
  const mailbox = the.newMailbox('huge');
  const phone = newPhone(mailbox);
  const sealOf = (length: number) =>
    the.client.seal({ email: phone.email, auth: phone.auth, padding: 'x'.repeat(length) }, phone);
  // The padding that makes exactly 16,384 characters: base64url gives 4 for every 3.
  const empty = (await sealOf(0)).length;
  let length = Math.floor(((16_384 - empty) * 3) / 4) - 2;
  while ((await sealOf(length + 1)).length <= 16_384) length += 1;
  const register = async (padding: number) =>
    the.client.call('POST', '/register', {
      device: { id: phone.deviceId, platform: phone.platform, token: phone.token },
      mailbox: { ewsUrl: phone.ewsUrl },
      credentials: await sealOf(padding),
      preferences: phone.preferences,
    });
  expect((await sealOf(length)).length).toBeGreaterThanOrEqual(16_382);
  expect((await register(length)).status).toBe(201);
  const refused = await register(length + 2);
  expect([refused.status, codeOf(refused)]).toEqual([413, 'CREDENTIALS_TOO_LARGE']);
});

describe('the seal in the callback URL', () => {
  test('of one subscription is refused at another', async () => {
    const the = world();
    const phones = [(await the.registerPhone()).phone, (await the.registerPhone()).phone];
    const [one = '', other = ''] = phones.flatMap(({ email }) =>
      the.world.exchange.subscriptions(email).map(({ url }) => url),
    );
    const crossed = one.slice(0, one.lastIndexOf('/')) + other.slice(other.lastIndexOf('/'));
    expect(await post(crossed)).toEqual([403, '']);
  });

  test('opens nothing once its row is gone, and asks no other server whatever its row says', async () => {
    const the = world();
    const { phone, registrationId } = await the.registerPhone();
    await the.world.aws.database.query("UPDATE mailboxes SET ews_host = 'evil.example'");
    const calls = await the.callsDuring(() => the.deliverMail(phone.email, { subject: 'from the true one' }));
    expect(calls.filter(({ service }) => service === 'ews').map(({ outcome }) => outcome)).toEqual(['ok']);
    expect((await the.waitForNotifications(phone, 1)).map(textOf)).toEqual(['from the true one']);

    // Another row's half, and one that was made up.
    for (const half of ["decode(repeat('00', 32), 'hex')", 'sha256(inner_key)']) {
      await the.world.aws.database.query(
        `UPDATE subscriptions SET inner_key = ${half} WHERE ended_at IS NULL`,
      );
      const count = the.notifications(phone).length;
      const asked = await the.callsDuring(() => the.deliverMail(phone.email, { subject: 'hidden' }));
      expect(asked.filter(({ service }) => service === 'ews')).toEqual([]);
      expect(textOf((await the.waitForNotifications(phone, count + 1)).at(-1))).toMatch(NEUTRAL);
    }
    const [subscription] = the.world.exchange.subscriptions(phone.email);
    expect((await the.client.call('DELETE', `/register/${registrationId}`)).status).toBe(204);
    expect(await subscriptionRows(the, registrationId)).toEqual([]);
    const [status_, body] = await post(subscription?.url ?? '');
    expect([status_, body.includes('>Unsubscribe<')]).toEqual([200, true]);
  });

  test('is no credentials of a registration', async () => {
    const the = world();
    const { phone } = await the.registerPhone();
    const [subscription] = the.world.exchange.subscriptions(phone.email);
    const answer = await the.client.call('POST', '/register', {
      device: { id: phone.deviceId, platform: phone.platform, token: phone.token },
      mailbox: { ewsUrl: phone.ewsUrl },
      credentials: subscription?.url.split('/').at(-1) ?? '',
      preferences: phone.preferences,
    });
    expect([answer.status, codeOf(answer)]).toEqual([422, 'CREDENTIALS_UNREADABLE']);
  });
});

/** A callback without news, as somebody who only has the URL could send it. */
async function post(url: string): Promise<readonly [number, string]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'text/xml; charset=utf-8' },
    body: sendNotification([{ events: [{ type: 'StatusEvent' }] }]),
  });
  return [response.status, await response.text()];
}
