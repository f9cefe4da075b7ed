import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { createPool, type FunctionPool } from '../../../local/functions/pool.ts';
import { FUNCTION_HEADER, REQUEST_HEADER } from '../../../local/world/calls.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/functions/echo', import.meta.url));
const pools: FunctionPool[] = [];

function startPool(more: Partial<Parameters<typeof createPool>[0]> = {}) {
  const lines: string[] = [];
  const pool = createPool({
    functionId: 'echo',
    functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:echo',
    timeoutMs: 10_000,
    environment: () => ({
      LAMBDA_TASK_ROOT: FOLDER,
      _HANDLER: 'index.handler',
      AWS_LAMBDA_FUNCTION_NAME: 'ens-local-echo',
      GREETING: 'hello',
    }),
    clockOffsetMs: () => 0,
    onLine: (line) => lines.push(line),
    ...more,
  });
  pools.push(pool);
  return { pool, lines };
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

test('a function answers, and its lines are there with the answer', async () => {
  const { pool, lines } = startPool();
  const outcome = await pool.invoke({ echo: 'ü', log: ['one', 'two'], errors: ['three'] });
  expect(outcome).toMatchObject({ ok: true, payload: { echo: 'ü' } });
  expect(lines.toSorted()).toEqual(['one', 'three', 'two']);
});

test('a function sees the variables given to it and none of this process', async () => {
  const { pool } = startPool();
  const outcome = await pool.invoke({});
  expect(outcome).toMatchObject({
    payload: {
      environment: ['AWS_LAMBDA_FUNCTION_NAME', 'GREETING', 'LAMBDA_TASK_ROOT', '_HANDLER'],
    },
  });
});

test('a process that is free is used again, and requests at once get processes of their own', async () => {
  const { pool } = startPool({ maxProcesses: 2 });
  const first = await pool.invoke({});
  const second = await pool.invoke({});
  expect(pidOf(first)).toBe(pidOf(second));
  const four = await Promise.all([1, 2, 3, 4].map((n) => pool.invoke({ echo: n })));
  expect(new Set(four.map(pidOf)).size).toBe(2);
  expect(pool.size()).toBe(2);
});

test('a function that throws fails with its error and serves the next request', async () => {
  const { pool } = startPool({ maxProcesses: 1 });
  const before = await pool.invoke({});
  expect(await pool.invoke({ throw: 'broken' })).toEqual({
    ok: false,
    failure: { errorType: 'TypeError', errorMessage: 'broken' },
  });
  expect(pidOf(await pool.invoke({}))).toBe(pidOf(before));
});

test('a function that outlives its timeout is killed and replaced', async () => {
  const { pool } = startPool({ maxProcesses: 1, timeoutMs: 600 });
  const outcome = await pool.invoke({ hang: true });
  expect(outcome).toMatchObject({ ok: false, failure: { errorType: 'Sandbox.Timedout' } });
  expect(await pool.invoke({ echo: 'again' })).toMatchObject({ payload: { echo: 'again' } });
});

test('a function that exits or is killed in the middle fails that request alone', async () => {
  const { pool } = startPool({ maxProcesses: 1 });
  expect(await pool.invoke({ exit: 3 })).toMatchObject({ failure: { errorType: 'Runtime.ExitError' } });
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const running = pool.invoke({ hang: true }, resolve);
  await started;
  expect(pool.kill()).toBe(1);
  expect(await running).toMatchObject({ failure: { errorType: 'Runtime.ExitError' } });
  expect(await pool.invoke({ echo: 1 })).toMatchObject({ ok: true });
});

test('a bundle that cannot be loaded fails the request with the reason', async () => {
  const { pool } = startPool({
    environment: () => ({ LAMBDA_TASK_ROOT: FOLDER, _HANDLER: 'absent.handler' }),
  });
  expect(await pool.invoke({})).toMatchObject({
    ok: false,
    failure: { errorMessage: expect.stringContaining("Cannot find module 'absent'") },
  });
});

test('a function lives in the time of the world, its remaining time does not', async () => {
  const dayMs = 86_400_000;
  const { pool } = startPool({ clockOffsetMs: () => dayMs });
  const before = Date.now();
  const outcome = await pool.invoke({});
  expect(outcome.ok && outcome.payload).toMatchObject({
    isDate: true,
    parsed: '2026-01-02T03:04:05.000Z',
  });
  expect(numberIn(outcome, 'now') - before).toBeGreaterThanOrEqual(dayMs);
  expect(numberIn(outcome, 'newDate') - before).toBeGreaterThanOrEqual(dayMs);
  expect(numberIn(outcome, 'remainingMs')).toBeLessThanOrEqual(10_000);
  expect(numberIn(outcome, 'remainingMs')).toBeGreaterThan(5_000);
});

test('outgoing requests carry the marks by which the world knows function and request', async () => {
  const server = createServer((request, response) => response.end(JSON.stringify(request.headers)));
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    }),
  );
  try {
    const { pool } = startPool();
    const outcome = await pool.invoke({ fetch: `http://127.0.0.1:${port}/` });
    if (!outcome.ok) throw new Error(outcome.failure.errorMessage);
    const { headers, requestId } = Object(outcome.payload);
    expect(headers[FUNCTION_HEADER]).toBe('echo');
    expect(headers[REQUEST_HEADER]).toBe(requestId);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

type Outcome = Awaited<ReturnType<FunctionPool['invoke']>>;

function numberIn(outcome: Outcome, key: string): number {
  return Number(outcome.ok ? Object(outcome.payload)[key] : Number.NaN);
}

function pidOf(outcome: Outcome): number {
  return numberIn(outcome, 'pid');
}
