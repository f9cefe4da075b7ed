import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type Database, type Timer } from '#adapters/data-api/database.ts';
import { isPassing } from '#adapters/data-api/errors.ts';
import { createTransactions } from '#adapters/data-api/transaction.ts';
import { DataRefused, DependencyUnavailable } from '#domain/errors.ts';
import { CLUSTER_ARN, DATABASE, OWNER_SECRET_ARN, startTestAws, type TestAws } from '../../support/aws.ts';

const SETTINGS = {
  databaseArn: CLUSTER_ARN,
  secretArn: OWNER_SECRET_ARN,
  databaseName: DATABASE,
  budgetMs: 10_000,
};
const SELECT_NOTHING = 'SELECT NULL::text';

let world: TestAws;
let client: RDSDataClient;

beforeAll(async () => {
  world = await startTestAws();
  client = new RDSDataClient(world.client());
});
afterAll(async () => {
  client.destroy();
  await world.close();
});

/** Time that passes only by waiting. */
function stoppedTimer(): Timer & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    elapsedMs: () => slept.reduce((sum, ms) => sum + ms, 0),
    sleep: async (ms) => void slept.push(ms),
  };
}

function open(timer: Timer = stoppedTimer(), settings: Partial<typeof SETTINGS> = {}): Database {
  return createDatabase(client, { ...SETTINGS, ...settings }, timer);
}

async function failure(call: Promise<unknown>): Promise<DependencyUnavailable> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DependencyUnavailable))
    throw new Error('did not fail as promised', { cause: error });
  return error;
}

const attempts = () => world.calls.all().length;

describe('a statement', () => {
  it('takes every kind of parameter with its type, and NULL', async () => {
    const sql = `SELECT json_build_object('text', :text::text, 'number', :number::bigint, 'yes', :yes::boolean,
      'bytes', encode(:bytes::bytea, 'base64'), 'nothing', :nothing::uuid)::text`;
    const bytes = Uint8Array.of(0, 255);
    expect(
      await open().run(sql, { text: "it's", number: 2 ** 40, yes: true, bytes, nothing: undefined }),
    ).toEqual([{ text: "it's", number: 2 ** 40, yes: true, bytes: 'AP8=', nothing: null }]);
  });

  it('answers one parsed value per row, and undefined for NULL', async () => {
    expect(await open().run(`SELECT v FROM (VALUES (E'{"n"\\0721}'), (NULL)) AS t (v)`)).toEqual([
      { n: 1 },
      undefined,
    ]);
  });
});

describe('what passes by itself', () => {
  it.each([
    'DatabaseResumingException',
    'DatabaseUnavailableException',
    'ServiceUnavailableError',
    'InternalServerErrorException',
    'ThrottlingException',
  ])('is waited for, longer each time: %s', async (error) => {
    world.faults.add({ service: 'rds-data', error, times: 3 });
    const timer = stoppedTimer();
    expect(await open(timer).run(SELECT_NOTHING)).toEqual([undefined]);
    const [first = 0, second = 0, third = 0] = timer.slept;
    expect(timer.slept).toHaveLength(3);
    expect(first).toBeLessThanOrEqual(100);
    expect(first).toBeGreaterThanOrEqual(50);
    expect(second).toBeLessThanOrEqual(200);
    expect(third).toBeLessThanOrEqual(400);
    expect(third).toBeGreaterThanOrEqual(200);
  });

  it('is given up when the budget cannot hold another attempt', async () => {
    world.faults.clear();
    world.faults.add({ service: 'rds-data', error: 'DatabaseResumingException', times: 1_000 });
    const timer = stoppedTimer();
    const before = attempts();
    expect(await failure(open(timer).run(SELECT_NOTHING))).toMatchObject({
      dependency: 'database',
      code: 'DatabaseResumingException',
      transient: true,
    });
    expect(timer.elapsedMs()).toBeLessThan(SETTINGS.budgetMs);
    expect(attempts() - before).toBeLessThan(20);
    world.faults.clear();
  });

  it('includes a connection that the Data API has not got yet', () => {
    const answer = { name: 'BadRequestException', $metadata: { httpStatusCode: 400 } };
    const early = Object.assign(new Error('Communications link failure\n\nThe last packet …'), answer);
    expect(isPassing(early)).toBe(true);
    expect(isPassing(Object.assign(new Error('Cannot find parameter: id'), answer))).toBe(false);
  });

  it('includes a race lost to another statement, by the SQLSTATE', async () => {
    await open().run('CREATE TABLE once (id integer PRIMARY KEY)');
    await open().run('INSERT INTO once VALUES (1)');
    const timer = stoppedTimer();
    await expect(open(timer).run('INSERT INTO once VALUES (1)')).rejects.toThrow(DataRefused);
    expect(timer.slept.length).toBeGreaterThan(3);
  });
});

describe('what does not pass', () => {
  it.each([
    ['a mistake in SQL', 'SELECT nothing FROM nowhere', {}, 'DatabaseErrorException/42P01'],
    [
      'an uncast parameter, as on the real service',
      'SELECT 1 WHERE gen_random_uuid() = :id',
      { id: 'x' },
      'DatabaseErrorException/42883',
    ],
  ])('fails at once: %s', async (_, sql, parameters, code) => {
    const timer = stoppedTimer();
    expect(await failure(open(timer).run(sql, parameters))).toMatchObject({ code, transient: false });
    expect(timer.slept).toEqual([]);
  });

  it('fails at once: a cluster that is not there, a role that may not', async () => {
    const nowhere = open(stoppedTimer(), { databaseArn: `${CLUSTER_ARN}-other` });
    expect(await failure(nowhere.run(SELECT_NOTHING))).toMatchObject({ transient: false });
    const stranger = createDatabase(new RDSDataClient(world.client([])), SETTINGS, stoppedTimer());
    expect(await failure(stranger.run(SELECT_NOTHING))).toMatchObject({
      code: 'AccessDeniedException',
      transient: false,
    });
  });

  it('never carries what was asked', async () => {
    const error = await failure(open().run('SELECT hunter2 FROM nowhere'));
    expect(error.code).toBe('DatabaseErrorException/42P01');
    expect(JSON.stringify([error.message, error.code, error.cause])).not.toContain('hunter2');
  });

  it.each([
    ['no number', 'SELECT :value::integer', 'hunter2', '22P02'],
    ['JSON with U+0000', 'SELECT :value::jsonb', '{"kid":"hunter2\\u0000"}', '22P05'],
    ['no hexadecimal', "SELECT decode(:value::text, 'hex')", 'hunter2', '22023'],
  ])(
    'says in one code what was wrong with a value, and is no outage: %s',
    async (_what, sql, value, state) => {
      const timer = stoppedTimer();
      const error: unknown = await open(timer)
        .run(sql, { value })
        .catch((reason: unknown) => reason);
      if (!(error instanceof DataRefused)) throw new Error('not refused as data', { cause: error });
      expect(error.name).toBe(`DataRefused/${state}`);
      expect(error.stack).not.toContain('hunter2');
      expect(timer.slept).toEqual([]);
    },
  );
});

describe('a transaction', () => {
  const transactions = () => createTransactions(client, SETTINGS, stoppedTimer());

  it('commits all of it or nothing', async () => {
    await open().run('CREATE TABLE pairs (id integer)');
    await transactions().transact(async (database) => {
      await database.run('INSERT INTO pairs VALUES (1)');
      await database.run('INSERT INTO pairs VALUES (2)');
    });
    const broken = transactions().transact(async (database) => {
      await database.run('INSERT INTO pairs VALUES (3)');
      throw new RangeError('changed its mind');
    });
    await expect(broken).rejects.toThrow(RangeError);
    expect(await open().run('SELECT count(*)::text FROM pairs')).toEqual([2]);
  });

  it('is run again from its start when the database goes away in the middle', async () => {
    let runs = 0;
    await open().run('CREATE TABLE steps (id integer)');
    await transactions().transact(async (database) => {
      runs += 1;
      await database.run('INSERT INTO steps VALUES (1)');
      if (runs === 1)
        world.faults.add({
          service: 'rds-data',
          action: 'ExecuteStatement',
          error: 'ServiceUnavailableError',
          times: 1,
        });
      await database.run('INSERT INTO steps VALUES (2)');
    });
    expect(runs).toBe(2);
    expect(await open().run('SELECT count(*)::text FROM steps')).toEqual([2]);
  });

  it('leaves no transaction open after a failure', async () => {
    await failure(transactions().transact((database) => database.run('SELECT nothing FROM nowhere')));
    // The emulator has one connection: an open transaction would keep this waiting for ever.
    expect(await open().run(SELECT_NOTHING)).toEqual([undefined]);
  });
});
