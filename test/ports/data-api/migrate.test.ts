import { createServer, type Server } from 'node:http';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '#adapters/data-api/database.ts';
import { MIGRATIONS } from '../../../lambdas/migrate/migrations/all.ts';
import type { Migration } from '../../../lambdas/migrate/migrations/migration.ts';
import { CLUSTER_ARN, DATABASE, LAMBDA_SECRET_ARN, startTestAws, type TestAws } from '../../support/aws.ts';
import { migrator } from '../../support/data-api.ts';

const VERSIONS = MIGRATIONS.map(({ version }) => version);
const NEWEST = Math.max(...VERSIONS);

let world: TestAws;

beforeAll(async () => {
  world = await startTestAws();
});
beforeEach(async () => {
  await query('DROP SCHEMA public CASCADE');
  await query('CREATE SCHEMA public AUTHORIZATION ens_owner');
  await query('DROP ROLE IF EXISTS ens_lambda');
});
afterAll(() => world.close());

const SECOND: Migration = {
  version: 99,
  name: 'second',
  statements: ['CREATE TABLE extra (id integer)', 'INSERT INTO extra VALUES (1)'],
};

function query(sql: string) {
  return world.aws.database.query(sql);
}

function asApp(sql: string): Promise<unknown> {
  const database = createDatabase(new RDSDataClient(world.client()), {
    databaseArn: CLUSTER_ARN,
    secretArn: LAMBDA_SECRET_ARN,
    databaseName: DATABASE,
    budgetMs: 5_000,
  });
  return database.run(sql);
}

describe('a migration run', () => {
  it('builds the schema, tells what it applied, and finds nothing to do the second time', async () => {
    const { migrate } = migrator(world);
    expect(await migrate()).toEqual({ applied: VERSIONS, version: NEWEST });
    expect(await migrate()).toEqual({ applied: [], version: NEWEST });
    expect(Object.keys(await world.aws.database.tables()).sort()).toEqual([
      'api_tokens',
      'autodiscover_places',
      'devices',
      'ended_registrations',
      'endpoints',
      'ews_url_cache',
      'key_pairs',
      'login_failures',
      'mailboxes',
      'revocations',
      'schema_migrations',
      'subscriptions',
      'upkeep_state',
    ]);
  });

  it('applies every migration once when it runs twice at the same moment', async () => {
    const both = [migrator(world, [...MIGRATIONS, SECOND]), migrator(world, [...MIGRATIONS, SECOND])];
    const reports = await Promise.all(both.map(({ migrate }) => migrate()));
    expect(reports.flatMap((report) => report?.applied ?? []).sort((a, b) => a - b)).toEqual([
      ...VERSIONS,
      99,
    ]);
    expect(await query('SELECT count(*) AS n FROM extra')).toEqual([{ n: 1 }]);
  });

  it('leaves nothing of a migration that fails half way, and keeps those before it', async () => {
    const broken = { ...SECOND, statements: [...SECOND.statements, 'INSERT INTO nowhere VALUES (1)'] };
    await expect(migrator(world, [...MIGRATIONS, broken]).migrate()).rejects.toMatchObject({
      code: 'DatabaseErrorException/42P01',
      transient: false,
    });
    expect(await query('SELECT version FROM schema_migrations ORDER BY version')).toEqual(
      VERSIONS.map((version) => ({ version })),
    );
    expect(await query("SELECT to_regclass('extra') AS found")).toEqual([{ found: null }]);
    expect(await migrator(world, [...MIGRATIONS, SECOND]).migrate()).toEqual({ applied: [99], version: 99 });
  });

  it('refuses a schema that is newer than this release', async () => {
    await migrator(world, [...MIGRATIONS, SECOND]).migrate();
    await expect(migrator(world).migrate()).rejects.toThrow(
      'schema version 99, which this release does not know',
    );
  });

  it('refuses where a released migration was edited', async () => {
    await migrator(world, [...MIGRATIONS, SECOND]).migrate();
    const edited = { ...SECOND, statements: ['CREATE TABLE extra (id bigint)'] };
    await expect(migrator(world, [...MIGRATIONS, edited]).migrate()).rejects.toThrow('must not be edited');
  });

  it('waits for a database that resumes, and for one that has no connection yet', async () => {
    world.faults.add({
      service: 'rds-data',
      action: 'BeginTransaction',
      error: 'DatabaseResumingException',
      times: 2,
    });
    world.faults.add({
      service: 'rds-data',
      action: 'ExecuteStatement',
      error: 'ServiceUnavailableError',
      times: 1,
    });
    expect(await migrator(world).migrate()).toEqual({
      applied: VERSIONS,
      version: NEWEST,
    });
  });

  it.each([
    'InvalidResourceStateException',
    'DatabaseNotFoundException',
    'HttpEndpointNotEnabledException',
    'DatabaseResumingException',
  ])('waits for a cluster whose writer is not ready: %s', async (error) => {
    world.faults.add({ service: 'rds-data', action: 'BeginTransaction', error, times: 2 });
    expect(await migrator(world).migrate()).toMatchObject({ version: MIGRATIONS.at(-1)?.version });
  });
});

describe("the functions' own user", () => {
  it('reads and writes rows with the password of its secret', async () => {
    await migrator(world).migrate();
    await asApp("INSERT INTO upkeep_state VALUES ('cursor', '', 1)");
    await asApp("UPDATE upkeep_state SET value = 'x'");
    await asApp('DELETE FROM upkeep_state');
    await asApp("SELECT '1' FROM schema_migrations");
  });

  it.each([
    'CREATE TABLE more (id integer)',
    'DROP TABLE devices',
    'ALTER TABLE devices ADD COLUMN email text',
    'TRUNCATE devices',
    'DELETE FROM schema_migrations',
    "INSERT INTO schema_migrations (version, name, sha256) VALUES (2, '', '')",
    'CREATE ROLE other',
  ])('may not: %s', async (sql) => {
    await migrator(world).migrate();
    await expect(asApp(sql)).rejects.toMatchObject({
      code: 'DatabaseErrorException/42501',
      transient: false,
    });
  });

  it('never has its password in a statement', async () => {
    await migrator(world).migrate();
    const [role] = await query("SELECT rolpassword FROM pg_authid WHERE rolname = 'ens_lambda'");
    expect(role?.rolpassword).toMatch(/^SCRAM-SHA-256\$4096:/);
  });
});

describe('as a custom resource', () => {
  let server: Server;
  let answers: unknown[];

  beforeEach(async () => {
    answers = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        answers.push(JSON.parse(Buffer.concat(chunks).toString()));
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  function event(requestType: string) {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return {
      RequestType: requestType,
      ResponseURL: `http://127.0.0.1:${port}/answer`,
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Run',
      ResourceType: 'Custom::EnsMigrations',
      ResourceProperties: {},
    };
  }

  it('migrates on creation and answers the version', async () => {
    await migrator(world).route(event('Create'));
    expect(answers).toEqual([
      expect.objectContaining({
        Status: 'SUCCESS',
        PhysicalResourceId: 'ens-schema',
        Data: { version: String(NEWEST) },
      }),
    ]);
  });

  it('touches nothing on deletion', async () => {
    await migrator(world).route(event('Delete'));
    expect(answers).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
    expect(await world.aws.database.tables()).toEqual({});
  });

  it('tells the operator why it refused', async () => {
    await migrator(world, [...MIGRATIONS, SECOND]).migrate();
    const { route, logged } = migrator(world);
    await route(event('Update'));
    expect(answers).toEqual([
      expect.objectContaining({
        Status: 'FAILED',
        Reason: expect.stringContaining('Deploy the newer release'),
      }),
    ]);
    expect(logged).toEqual(['migration-failed']);
  });
});
