import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { endEverything } from '../support/lifecycle.ts';
import { type ScriptedServer, startScriptedServer } from '../support/scripted-server.ts';
import { testBrowser } from '../support/web-push.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ withoutSchedules: true });
const SECRET_PATH = '/push/address-that-nobody-may-read';

let service: ScriptedServer;
let answer: number;
beforeEach(async () => {
  answer = 201;
  service = await startScriptedServer(() => ({ status: answer }));
});
afterEach(() => endEverything(world()));

async function registeredBrowser() {
  const browser = testBrowser();
  const token = browser.token(service.origin + SECRET_PATH);
  const mailbox = world().newMailbox();
  const phone = await world().registerPhone({ platform: 'webpush', token }, mailbox);
  const messages = () => service.seen.map(({ bytes }) => JSON.parse(browser.read(bytes)));
  return { mailbox, phone, messages };
}

test('a mail is announced in the browser with sender and subject', async () => {
  const { mailbox, phone, messages } = await registeredBrowser();
  await world().deliverMail(mailbox.email, { subject: 'Lunch?', name: 'Bob' });
  expect(messages()).toMatchObject([
    { notification: { title: 'Bob', body: 'Lunch?' }, app_badge: 1, ens: { mailbox: phone.registrationId } },
  ]);
});

test('a warm web push costs one statement, one EWS call and one POST, and no KMS call', async () => {
  const { mailbox, messages } = await registeredBrowser();
  await world().deliverMail(mailbox.email);
  const calls = await world().callsDuring(() => world().deliverMail(mailbox.email));
  expect(calls.map(({ action }) => action).toSorted()).toEqual(['ExecuteStatement', 'GetItem']);
  expect(messages()).toHaveLength(2);
});

test('neither the database nor any log names the address of a browser', async () => {
  const { mailbox } = await registeredBrowser();
  await world().deliverMail(mailbox.email);
  answer = 503;
  await world().deliverMail(mailbox.email);
  expect(await world().everythingWritten()).not.toContain('address-that-nobody-may-read');
  const stored = (await world().rows('endpoints')).filter(({ enabled }) => enabled === true);
  expect(stored).toMatchObject([{ platform: 'webpush', endpoint_arn: expect.stringMatching(/^webpush:/) }]);
});

test('a browser that unsubscribed shows as gone at check-in', async () => {
  const { mailbox, phone } = await registeredBrowser();
  answer = 410;
  await world().deliverMail(mailbox.email);
  const { value } = await world().client.checkIn(phone.registrationId);
  expect(value?.status).toBe('device-gone');
});

test('a push service that fails for a moment loses nothing', async () => {
  const { mailbox, messages } = await registeredBrowser();
  answer = 503;
  await world().deliverMail(mailbox.email, { subject: 'kept' });
  answer = 201;
  await world().control('POST', '/local/clock', { advanceMs: 30_000 });
  await world().world.exchange.idle();
  expect(messages().at(-1)).toMatchObject({ notification: { body: 'kept' } });
});

test('a read mail sends nothing to the browser: every web push has to show something', async () => {
  const { mailbox, messages } = await registeredBrowser();
  const itemId = await world().deliverMail(mailbox.email);
  world().world.exchange.mailboxes.setRead(mailbox.email, itemId, true);
  await world().world.exchange.idle();
  expect(messages()).toHaveLength(1);
});

test('a subscription at a push service that is not allowed is refused with its host alone', async () => {
  const token = testBrowser().token('https://push.elsewhere.example/secret');
  const mailbox = world().newMailbox();
  const { password, ...of } = mailbox;
  const { problem } = await world().client.register({
    platform: 'webpush',
    token,
    deviceId: 'browser',
    auth: { type: 'basic', username: of.email, password },
    preferences: { content: 'sender', badge: true, sound: true },
    ...of,
  });
  expect(problem).toMatchObject({
    code: 'DEVICE_TOKEN_INVALID',
    detail: expect.stringContaining('push.elsewhere.example'),
  });
  expect(problem?.detail).not.toContain('/secret');
});

test('the web app answers its files with an ETag and a strict policy', async () => {
  const { origin } = world().world;
  const page = await fetch(`${origin}/app`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const etag = page.headers.get('etag') ?? '';
  const again = await fetch(`${origin}/app`, { headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
  const worker = await fetch(`${origin}/app/service-worker.js`);
  expect(worker.headers.get('service-worker-allowed')).toBe('/app');
  expect((await fetch(`${origin}/app/none.js`)).status).toBe(404);
  const configuration = await (await fetch(`${origin}/app/config.json`)).json();
  expect(configuration).toMatchObject({
    webPush: true,
    applicationServerKey: expect.stringMatching(/^[\w-]{87}$/),
  });
});
