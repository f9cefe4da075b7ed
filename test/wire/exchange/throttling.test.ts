import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  type Answer,
  basic,
  type ExchangeBench,
  elements,
  GET_INBOX,
  startExchangeBench,
  textOf,
} from '../../support/simulated-exchange.ts';

const [ANN, BOB] = ['ann@example.com', 'bob@example.com'];
const MINUTE_MS = 60_000;
let bench: ExchangeBench;

beforeEach(async () => {
  bench = await startExchangeBench({
    throttling: { burst: 3, rechargePerMinute: 2, maxConcurrency: 2 },
  });
  for (const email of [ANN, BOB]) bench.exchange.mailboxes.create({ email, password: 'right' });
});
afterEach(() => bench.close());

const ask = (email: string, password = 'right') => bench.ews(GET_INBOX, { headers: basic(email, password) });

async function askOften(times: number, email = ANN): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let time = 0; time < times; time += 1) answers.push(await ask(email));
  return answers;
}

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);
const codes = (answers: readonly Answer[]) => answers.map(({ body }) => textOf(body, 'ResponseCode'));

test('a user whose budget is used up gets the fault ErrorServerBusy with the time until the next call', async () => {
  const answers = await askOften(4);
  expect(statuses(answers)).toEqual([200, 200, 200, 500]);
  const { body, headers } = answers.at(-1) ?? { body: '', headers: {} };
  expect(headers['content-type']).toMatch(/^text\/xml/);
  expect(elements(body, 'Fault')).toHaveLength(1);
  expect(textOf(body, 'ResponseCode')).toBe('ErrorServerBusy');
  const [value] = elements(body, 'Value');
  expect(value?.attributes.Name).toBe('BackOffMilliseconds');
  // Two calls come back per minute; the calls before took a moment of it.
  expect(Number(value?.text)).toBeGreaterThan(MINUTE_MS / 2 - 5_000);
  expect(Number(value?.text)).toBeLessThanOrEqual(MINUTE_MS / 2);
  expect(bench.calls.all().map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ErrorServerBusy']);
});

test('a budget comes back with the clock of the world, and not beyond its burst', async () => {
  await askOften(3);
  await bench.clock.advance(MINUTE_MS / 2);
  expect(statuses(await askOften(2))).toEqual([200, 500]);
  await bench.clock.advance(60 * MINUTE_MS);
  expect(statuses(await askOften(4))).toEqual([200, 200, 200, 500]);
});

test('everybody has a budget of their own, and a failed sign-in costs none', async () => {
  await ask(BOB, 'wrong');
  await bench.ews('', {});
  expect(statuses(await askOften(4, ANN))).toEqual([200, 200, 200, 500]);
  expect(statuses(await askOften(4, BOB))).toEqual([200, 200, 200, 500]);
});

test('more calls of one user at a time than are allowed get ErrorExceededConnectionCount', async () => {
  bench.exchange.modes.slowMs = 300;
  const answers = await Promise.all([ask(ANN), ask(ANN), ask(ANN), ask(BOB)]);
  expect(codes(answers).toSorted()).toEqual([
    'ErrorExceededConnectionCount',
    'NoError',
    'NoError',
    'NoError',
  ]);
  expect(answers[3]?.status).toBe(200);
  // What was refused cost nothing of the budget, and what was answered makes room.
  expect(codes(await askOften(1))).toEqual(['NoError']);
});

test('without a policy nobody waits, and a new one begins with a whole budget', async () => {
  await askOften(4);
  const policy = bench.exchange.modes.throttling;
  bench.exchange.modes.throttling = undefined;
  expect(statuses(await askOften(5))).toEqual([200, 200, 200, 200, 200]);
  bench.exchange.modes.throttling = policy;
  expect(statuses(await askOften(4))).toEqual([200, 200, 200, 500]);
});
