import { expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { at, useWorld } from '../support/world.ts';

const world = useWorld();

test('a round can be driven by hand with the routes of the local world', async () => {
  const { control, client, registerPhone } = world();
  const email = 'by.hand@example.com';
  const made = await control('POST', '/local/exchange/mailboxes', { email, password: 'secret' });
  expect(made).toMatchObject({ status: 201, body: { email } });
  const { phone } = await registerPhone(
    {},
    { email, password: 'secret', ewsUrl: String(at(made.body, 'ewsUrl')) },
  );
  const messages = `/local/exchange/mailboxes/${email}/messages`;
  const sent = await control('POST', messages, {
    from: { name: 'Bob', address: 'bob@example.com' },
    subject: 'Hi',
  });
  const itemId = encodeURIComponent(String(at(sent.body, 'itemId')));
  const path = `/local/devices/apns/${phone.token}/notifications`;
  const arrived = await control('GET', `${path}?atLeast=1`);
  expect(arrived.body).toMatchObject([
    { headers: { 'apns-push-type': 'alert' }, payload: { aps: { alert: { title: 'Bob', body: 'Hi' } } } },
  ]);
  expect((await control('PATCH', `${messages}/${itemId}`, { isRead: true })).status).toBe(204);
  expect((await control('GET', `${path}?atLeast=2`)).body).toMatchObject([
    {},
    { payload: { aps: { badge: 0 } } },
  ]);
  expect((await control('DELETE', `${messages}/${itemId}`)).status).toBe(204);
  expect((await control('GET', messages)).body).toMatchObject([{ folder: 'deleteditems' }]);
  expect((await control('PATCH', `/local/exchange/mailboxes/${email}`, { password: 'other' })).status).toBe(
    204,
  );
  expect(at((await client.register(phone)).body, 'code')).toBe('EWS_UNAUTHORIZED');
});

test('calls show exactly the documented members, in order', async () => {
  const { control, registerPhone } = world();
  await registerPhone();
  const { body } = await control('GET', '/local/calls');
  if (!Array.isArray(body)) throw new Error('a list is expected');
  const members = new Set(body.map((call) => Object.keys(call).join()));
  expect([...members]).toEqual(['at,function,requestId,service,action,ms,outcome']);
  expect(new Set(body.map((call) => call.service))).toEqual(
    new Set(['secretsmanager', 'ssm', 'sns', 'rds-data', 'kms', 'ews']),
  );
  const instants = body.map((call) => Date.parse(call.at));
  expect(instants.every(Number.isFinite)).toBe(true);
});

test('the clock goes on by what it is told, for functions too', async () => {
  const { control } = world();
  const before = at((await control('GET', '/local/clock')).body, 'offsetMs');
  const after = await control('POST', '/local/clock', { advanceMs: 60_000 });
  // Down to the milliseconds that a timer of the world may stand still.
  expect(Math.round((Number(at(after.body, 'offsetMs')) - Number(before)) / 1000)).toBe(60);
  expect(await control('POST', '/local/upkeep')).toMatchObject({ status: 200 });
});

test('a fault hits as often as it was asked for', async () => {
  const { control, world: running } = world();
  const fault = { service: 'kms', error: 'ThrottlingException', times: 1 };
  expect((await control('POST', '/local/faults', fault)).status).toBe(204);
  expect(running.faults.take('kms', 'Decrypt')).toMatchObject({ error: 'ThrottlingException' });
  expect(running.faults.take('kms', 'Decrypt')).toBeUndefined();
});

test('Exchange as a whole is told how to behave, throttling included, and says how it does', async () => {
  const { control, newMailbox, client, world: running } = world();
  const path = '/local/exchange/modes';
  const usual = {
    slowMs: 0,
    wrongOwner: '',
    throttling: null,
    externalUrl: 'origin',
    offers: ['Basic', 'NTLM', 'Negotiate', 'Bearer'],
    extendedProtection: false,
    lockOutAfter: 0,
    probeFault: '',
  };
  expect((await control('GET', path)).body).toEqual(usual);
  // GetFolder takes the one call, Subscribe finds none.
  const throttling = { burst: 1, rechargePerMinute: 1 };
  const changed = await control('PATCH', path, { throttling, externalUrl: 'name' });
  expect(changed.body).toEqual({
    ...usual,
    throttling: { ...throttling, maxConcurrency: 27 },
    externalUrl: 'name',
  });
  const busy = await client.register(newPhone(newMailbox()));
  expect([busy.status, at(busy.body, 'code')]).toEqual([503, 'EWS_BUSY']);
  expect(Number(busy.headers.get('retry-after'))).toBeGreaterThan(30);
  expect((await control('PATCH', path, { throttling: null, externalUrl: 'origin' })).body).toEqual(usual);
  expect(running.exchange.modes.throttling).toBeUndefined();
});

test('every hop of a mail comes as an event', async () => {
  const { world: running, registerPhone, deliverMail } = world();
  const { phone } = await registerPhone();
  const response = await fetch(`${running.origin}/local/events`);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  await deliverMail(phone.email);
  const kinds: string[] = [];
  let text = '';
  if (response.body === null) throw new Error('no stream');
  for await (const chunk of response.body) {
    text += Buffer.from(chunk).toString('utf8');
    kinds.splice(0, kinds.length, ...[...text.matchAll(/^event: (.+)$/gm)].map((match) => match[1] ?? ''));
    if (kinds.includes('exchange-callback')) break;
  }
  expect(kinds.filter((kind) => kind !== 'call')).toEqual([
    'gateway-request',
    'function-start',
    'push',
    'function-end',
    'gateway-answer',
    'exchange-callback',
  ]);
});

test.each<[string, string, string, number, RegExp]>([
  ['POST', '/local/exchange/mailboxes', 'no JSON', 400, /has to be JSON/],
  ['POST', '/local/exchange/mailboxes', '{"email":"nobody"}', 400, /email: an e-mail address.*password/],
  ['POST', '/local/exchange/mailboxes/nobody@example.com/messages', '{}', 404, /no such mailbox/],
  ['GET', '/local/devices/pager/1/notifications', '', 404, /apns, apns-sandbox, fcm/],
  ['GET', '/local/devices/apns/1/notifications?atLeast=x', '', 400, /atLeast/],
  ['POST', '/local/faults', '{"service":"s3"}', 400, /service/],
  ['POST', '/local/faults', '{"service":"ews","error":"404x"}', 400, /404x is no error of ews.*truncated/],
  ['POST', '/local/faults', '{"service":"ews","error":"errorServerBusy"}', 400, /<Code>:fault/],
  ['POST', '/local/faults', '{"service":"ews","action":"FindPeople"}', 400, /GetFolder, .*GetItem/],
  ['POST', '/local/faults', '{"service":"sns","error":"Disabled"}', 400, /EndpointDisabled/],
  ['POST', '/local/faults', '{"service":"kms","error":"Nonsense"}', 400, /InvalidCiphertextException/],
  [
    'POST',
    '/local/faults',
    '{"service":"rds-data","error":"Nonsense"}',
    400,
    /DatabaseErrorException\/25006/,
  ],
  ['POST', '/local/faults', '{"service":"webpush","error":"gone"}', 400, /410/],
  ['POST', '/local/faults', '{"service":"ews","delay":3}', 400, /delay.*Expected: .*"delayMs"\?: integer/],
  ['PATCH', '/local/exchange/modes', '{"throttling":{"burst":0}}', 400, /throttling\.burst/],
  ['PATCH', '/local/exchange/modes', '{"offers":["basic"]}', 400, /offers\.0.*Basic/],
  ['PATCH', '/local/exchange/modes', '{"probeFault":"hang"}', 400, /status \(200 … 599\)/],
  ['POST', '/local/clock', '{"advanceMs":-1}', 400, /advanceMs/],
  ['PUT', '/local/clock', '{}', 405, /GET or POST/],
  ['POST', '/local/functions/none/kill', '', 404, /callback/],
  ['GET', '/local/nothing', '', 404, /GET \/local lists/],
  ['GET', '/local/devices/apns/%E0%A4%A/notifications', '', 400, /percent-encoded/],
])('%s %s with %j says what to do', async (method, path, body, status, sentence) => {
  const answer = await world().control(method, path, body === '' ? undefined : body);
  expect(answer.status).toBe(status);
  expect(at(answer.body, 'error')).toEqual(expect.stringMatching(sentence));
});

test('the list of routes is JSON for programs and a page for browsers, and every plain route in it answers', async () => {
  const { control, world: running } = world();
  const { body } = await control('GET', '/local');
  const routes = at(body, 'routes');
  if (!Array.isArray(routes)) throw new Error('a list is expected');
  const streams = ['/local/events', '/local/console/events', '/local/console/web-app'];
  const plain = routes
    .filter(({ method, path }) => method === 'GET' && !path.includes('{') && !streams.includes(path))
    .map(({ path }) => String(path));
  expect(plain).toContain('/local/exchange/modes');
  const page = await (await fetch(`${running.origin}/local`, { headers: { accept: 'text/html' } })).text();
  for (const path of plain) {
    expect((await fetch(`${running.origin}${path}`)).status).toBe(200);
    expect(page).toContain(`href="${path}"`);
  }
  expect(at(body, 'faults')).toEqual(
    expect.arrayContaining([expect.objectContaining({ service: 'ews', actions: expect.any(Array) })]),
  );
  expect(page).toContain('half-xml');
});

test('a server that is told to offer Basic alone says so to whoever registers with something else', async () => {
  const { control, newMailbox, client } = world();
  await control('PATCH', '/local/exchange/modes', { offers: ['Basic'] });
  const mailbox = newMailbox();
  const auth = { type: 'ntlm', username: mailbox.email, password: mailbox.password, domain: '' };
  const answer = await client.register({ ...newPhone(mailbox), auth });
  expect(at(answer.body, 'offered')).toEqual(['basic']);
  await control('PATCH', '/local/exchange/modes', { offers: ['Basic', 'NTLM', 'Negotiate', 'Bearer'] });
});
