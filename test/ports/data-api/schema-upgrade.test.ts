import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '#adapters/data-api/database.ts';
import { MIGRATIONS } from '../../../lambdas/migrate/migrations/all.ts';
import type { Migration } from '../../../lambdas/migrate/migrations/migration.ts';
import { CLUSTER_ARN, DATABASE, LAMBDA_SECRET_ARN, startTestAws, type TestAws } from '../../support/aws.ts';
import { migrator } from '../../support/data-api.ts';

const NEWEST = Math.max(...MIGRATIONS.map(({ version }) => version));
/** What a next release would bring: a column with a value for old rows, and a table of its own. */
const NEXT: Migration = {
  version: NEWEST + 1,
  name: 'next',
  statements: [
    `ALTER TABLE upkeep_state ADD COLUMN origin text NOT NULL DEFAULT 'before'`,
    'CREATE TABLE later (id integer PRIMARY KEY)',
  ],
};

let world: TestAws;
let app: Database;

beforeAll(async () => {
  world = await startTestAws();
  app = createDatabase(new RDSDataClient(world.client()), {
    databaseArn: CLUSTER_ARN,
    secretArn: LAMBDA_SECRET_ARN,
    databaseName: DATABASE,
    budgetMs: 5_000,
  });
});
afterAll(() => world.close());

it('keeps the rows when a release with the next schema is deployed, and lets old and new code use them', async () => {
  await migrator(world).migrate();
  await app.run(`INSERT INTO upkeep_state (name, value, changed_at) VALUES ('kept', 'x', 1)`);
  const upgraded = migrator(world, [...MIGRATIONS, NEXT]);
  expect(await upgraded.migrate()).toEqual({ applied: [NEXT.version], version: NEXT.version });

  // The code of before, still running, writes as it always did; the code of now has rights on what is new.
  await app.run(`INSERT INTO upkeep_state (name, value, changed_at) VALUES ('old code', 'y', 2)`);
  await app.run('INSERT INTO later VALUES (1)');
  expect(
    await world.aws.database.query('SELECT name, value, origin FROM upkeep_state ORDER BY changed_at'),
  ).toEqual([
    { name: 'kept', value: 'x', origin: 'before' },
    { name: 'old code', value: 'y', origin: 'before' },
  ]);

  // Repeating changes nothing, and the release of before does not touch what it does not know.
  expect(await upgraded.migrate()).toEqual({ applied: [], version: NEXT.version });
  await expect(migrator(world).migrate()).rejects.toThrow('which this release does not know');
  expect(await world.aws.database.query('SELECT count(*)::integer AS rows FROM upkeep_state')).toEqual([
    { rows: 2 },
  ]);
});
