import { expect, test } from '@jest/globals';
import type { CallbackAttempt } from '../../local/exchange/notify/subscription.ts';
import { inExchange } from '../support/lifecycle.ts';
import { at, useWorld } from '../support/world.ts';

/** The answer's budget (docs/decisions/0053), by settings as short as they may be. */
const world = useWorld({ settings: { exchangeBudgetSeconds: 5, answerBudgetSeconds: 9 } });

test('however slow the database is, Exchange has its answer in time, and the phone one notification', async () => {
  const the = world();
  const { phone } = await the.registerPhone();
  await the.deliverMail(phone.email, { subject: 'so that everything is loaded' });
  const attempts: CallbackAttempt[] = [];
  the.world.exchange.events.on('callback', (attempt) => void attempts.push(attempt));
  the.world.exchange.failMailbox(phone.email, '401');
  // Each statement within its own budget; together they would take longer than the answer may.
  the.world.faults.add({ service: 'rds-data', times: 3, delayMs: 3_200 });
  await the.deliverMail(phone.email, { subject: 'hidden' });
  const [attempt] = attempts;
  expect(attempt?.outcome).toBe('delivered');
  expect(attempt?.ms).toBeLessThan(9_000);
  const pushes = (await the.waitForNotifications(phone, 2)).slice(1);
  expect(pushes.map(({ payload }) => at(payload, 'aps', 'alert', 'body'))).toEqual([
    expect.stringMatching(/new message/i),
  ]);
  expect(inExchange(the, phone.email)).toEqual(['active']);

  // What was under way when the answer left does nothing afterwards: the next mail is its own request.
  the.world.faults.clear();
  the.world.exchange.failMailbox(phone.email, undefined);
  await the.deliverMail(phone.email, { subject: 'in full again' });
  const after = (await the.waitForNotifications(phone, 3)).slice(2);
  expect(after.map(({ payload }) => at(payload, 'aps', 'alert', 'body'))).toEqual(['in full again']);
});
