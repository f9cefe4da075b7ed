import {
  BeginTransactionCommand,
  ExecuteStatementCommand,
  RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDatabase } from '#adapters/data-api/database.ts';
import { ensureDatabase } from '../../../lambdas/migrate/ensure-database.ts';
import { AS_OWNER, CLUSTER_ARN, OWNER_SECRET_ARN, startTestAws, type TestAws } from '../../support/aws.ts';

let world: TestAws;
let client: RDSDataClient;
beforeAll(async () => {
  world = await startTestAws({ database: 'empty' });
  client = new RDSDataClient(world.client());
});
afterAll(async () => {
  client.destroy();
  await world.close();
});

function connectedTo(databaseName: string) {
  const access = { databaseArn: CLUSTER_ARN, secretArn: OWNER_SECRET_ARN };
  return createDatabase(client, { ...access, databaseName, budgetMs: 5_000 });
}

test('PostgreSQL makes no database inside a transaction', async () => {
  const access = { ...AS_OWNER, database: 'postgres' };
  const { transactionId } = await client.send(new BeginTransactionCommand(access));
  const create = new ExecuteStatementCommand({ ...access, transactionId, sql: 'CREATE DATABASE "ENS"' });
  await expect(client.send(create)).rejects.toThrow('SQLState: 25001');
  await client.send(new RollbackTransactionCommand({ ...access, transactionId }));
});

test('a cluster without a database gets one in exactly the spelling asked for, however often', async () => {
  await expect(connectedTo('ENS').run(`SELECT '1'`)).rejects.toMatchObject({
    code: 'DatabaseErrorException/3D000',
  });
  const server = connectedTo('postgres');
  await Promise.all([ensureDatabase(server, 'ENS'), ensureDatabase(server, 'ENS')]);
  await ensureDatabase(server, 'ENS');
  expect(await connectedTo('ENS').run(`SELECT '1'`)).toEqual([1]);
  await expect(connectedTo('ens').run(`SELECT '1'`)).rejects.toMatchObject({
    code: 'DatabaseErrorException/3D000',
  });
});

test('the owner may make schema and roles in the database that the migration has made', async () => {
  const database = connectedTo('ENS');
  await database.run('CREATE TABLE made (id integer)');
  await database.run('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
  await database.run('CREATE ROLE other NOLOGIN');
});
