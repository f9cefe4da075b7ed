import { expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { defaultModes } from '../../local/exchange/modes.ts';
import type { Json } from '../../local/template/json.ts';
import { sendNotification } from '../support/send-notification.ts';
import { API_TOKEN, useWorld } from '../support/world.ts';

const world = useWorld();

const PASSWORD = 'Marked-Password-7f3a';
const SUBJECT = 'Marked Subject 5b1c';
const SENDER = 'Marked Sender 9d2e';
const SENDER_ADDRESS = 'marked-sender-4e8f@example.com';
const USER = 'marked-user-6c0d';
const DEVICE_ID = 'marked-device-2c6b';
const VERSION = 'marked-version-8f0a';

/** Every spelling in which a text might hide in a log line, a row or an error. */
function spellings(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  // Base64 of a text inside a longer one depends on where it begins: all three, without their edges.
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(4, -4)
      .replaceAll('=', ''),
  );
  return [
    text,
    encodeURIComponent(text),
    bytes.toString('hex'),
    ...shifted,
    ...shifted.map((each) => each.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

test('no secret and nothing personal is ever stored or written, whatever happens', async () => {
  const the = world();
  const { client, world: running } = the;
  const { exchange, faults, clock } = running;
  const email = `${USER}@example.com`;
  exchange.mailboxes.create({ email, password: PASSWORD });
  const token = Buffer.from('Marked-Token-8a2b-padding-32byte').toString('hex');
  const made = newPhone({ email, password: PASSWORD, ewsUrl: exchange.ewsUrl(email) });
  const phone = { ...made, token, deviceId: DEVICE_ID };
  const content = { email, auth: phone.auth, credentialsVersion: VERSION };
  const jwes: string[] = [];
  // A challenge ends after ten minutes of this test's clock.
  const seal = async () => void jwes.push(await client.seal(content, phone));
  await seal();
  const jwe = jwes.join();
  const body = (credentials: string, changes: { readonly [key: string]: Json }): Json => ({
    device: { id: phone.deviceId, platform: 'apns', token },
    mailbox: { ewsUrl: phone.ewsUrl },
    credentials,
    preferences: phone.preferences,
    ...changes,
  });
  const answers: string[] = [];
  const register = async (changes: { readonly [key: string]: Json } = {}, headers = {}) => {
    const answer = await client.call('POST', '/register', body(jwes.at(-1) ?? '', changes), headers);
    answers.push(JSON.stringify(answer.body));
    return answer.status;
  };
  const deliver = () => the.deliverMail(email, { subject: SUBJECT, name: SENDER, address: SENDER_ADDRESS });

  // Every way in which a registration fails.
  await register({}, { ApiToken: `${API_TOKEN}x` });
  await register({ credentials: `${jwe}x` });
  await register({ credentials: PASSWORD });
  await register({ device: { id: 'x', platform: token, token } });
  await register({ device: { id: 'x', platform: 'apns', token: `${token}not hexadecimal` } });
  await register({ mailbox: { ewsUrl: `https://${USER}:${PASSWORD}@mail.example.com/` } });
  await register({ mailbox: { ewsUrl: `http://127.0.0.1:1/${USER}` } });
  await register({ mailbox: {} });
  for (const [service, action, error] of [
    ['ews', 'GetFolder', '401'],
    ['ews', 'GetFolder', '403'],
    ['ews', 'GetFolder', '500:html'],
    ['ews', 'GetFolder', 'doctype'],
    ['ews', 'Subscribe', 'ErrorInvalidPushSubscriptionUrl'],
    ['ews', 'Subscribe', 'half-xml'],
    ['sns', 'CreatePlatformEndpoint', 'InvalidParameter'],
    ['sns', 'CreatePlatformEndpoint', 'AuthorizationError'],
    ['rds-data', 'ExecuteStatement', 'DatabaseErrorException'],
    ['rds-data', 'ExecuteStatement', 'AccessDeniedException'],
  ] as const) {
    await seal();
    faults.add({ service, action, error, times: 1 });
    await register();
    faults.clear();
    await clock.advance(16 * 60_000);
  }
  // NTLM: refused, under Negotiate, and not offered at all.
  for (const [offered, password] of [
    ['NTLM', `${PASSWORD}-wrong`],
    ['Negotiate', PASSWORD],
    ['Bearer', PASSWORD],
  ] as const) {
    exchange.modes.offers = [offered];
    const auth: Json = { type: 'ntlm', username: email, password, domain: '' };
    jwes.push(await client.seal({ ...content, auth }, phone));
    await register();
    await clock.advance(16 * 60_000);
  }
  exchange.modes.offers = defaultModes().offers;
  await seal();
  expect(await register()).toBeLessThan(202);

  // Every way in which a callback goes, well and wrong.
  await deliver();
  await the.waitForNotifications(phone, 1);
  for (const [service, action, error] of [
    ['ews', 'GetItem', '401'],
    ['ews', 'GetItem', '403'],
    ['ews', 'GetItem', 'ErrorServerBusy'],
    ['ews', 'GetItem', 'ErrorPasswordExpired:hidden'],
    ['ews', 'GetItem', 'truncated'],
    ['sns', 'Publish', 'InvalidParameter'],
    ['sns', 'Publish', 'EndpointDisabled'],
    ['sns', 'Publish', 'InternalError'],
    ['rds-data', 'ExecuteStatement', 'DatabaseErrorException'],
    ['kms', 'Decrypt', 'InvalidCiphertextException'],
  ] as const) {
    faults.add({ service, action, error, times: 3 });
    // New processes: keys and pepper have to be fetched again.
    if (service === 'kms') running.functions.kill('callback');
    await deliver();
    faults.clear();
    await clock.advance(20 * 60_000);
    await seal();
    expect(await register()).toBeLessThan(202);
  }
  for (const { url } of exchange.subscriptions(email)) {
    for (const text of [PASSWORD, `<a>${SUBJECT}</a>`, `<!DOCTYPE a><a>${SENDER}</a>`]) {
      await fetch(url, { method: 'POST', headers: { 'Content-Type': 'text/xml' }, body: text });
      await fetch(`${url}${PASSWORD}`, {
        method: 'POST',
        headers: { 'Content-Type': 'text/xml' },
        body: text,
      });
    }
  }
  // What somebody with a callback URL writes where Exchange writes ids.
  for (const { url } of exchange.subscriptions(email)) {
    const events = [SUBJECT, SENDER].map((item) => ({ type: 'NewMailEvent', item, folder: `${item}&quot;` }));
    const text = sendNotification([{ events, previous: SUBJECT }]);
    await fetch(url, { method: 'POST', headers: { 'Content-Type': 'text/xml' }, body: text });
  }
  await running.upkeep();

  const written = `${await the.everythingWritten()}\n${answers.join('\n')}`;
  const callbackSegments = exchange.subscriptions(email).map(({ url }) => url.split('/').at(-1) ?? '');
  const marked = [
    PASSWORD,
    SUBJECT,
    SENDER,
    SENDER_ADDRESS,
    USER,
    token,
    API_TOKEN,
    ...callbackSegments,
    DEVICE_ID,
    VERSION,
    ...jwes,
  ];
  const found = marked.filter((text) => spellings(text).some((spelling) => written.includes(spelling)));
  expect(found).toEqual([]);
  // The search itself works: the same text is there to be found where it belongs.
  expect(JSON.stringify(the.notifications(phone))).toContain(SUBJECT);
  expect(written).toContain('POST /api/ens/callback/{subscriptionId}/{sealed}');
});
