import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  basic,
  type ExchangeBench,
  elements,
  startExchangeBench,
  subscribeRequest,
} from '../../support/simulated-exchange.ts';

const ANN = 'ann@example.com';
let bench: ExchangeBench;

beforeEach(async () => {
  bench = await startExchangeBench();
  bench.exchange.mailboxes.create({ email: ANN, password: 'right' });
});
afterEach(() => bench.close());

test('a heartbeat never stands beside other events', async () => {
  await bench.ews(subscribeRequest(bench.callbackUrl), { headers: basic(ANN, 'right') });
  bench.exchange.mailboxes.deliver(ANN, { subject: 'first' });
  const heartbeat = bench.exchange.heartbeat(ANN);
  bench.exchange.mailboxes.deliver(ANN, { subject: 'second' });
  await heartbeat;
  await bench.exchange.idle();
  const kinds = bench.received.map(({ body }) => ({
    status: elements(body, 'StatusEvent').length,
    mails: elements(body, 'NewMailEvent').length,
  }));
  expect(kinds.filter(({ status, mails }) => status > 0 && mails > 0)).toEqual([]);
  expect(kinds.reduce((sum, { mails }) => sum + mails, 0)).toBe(2);
});
