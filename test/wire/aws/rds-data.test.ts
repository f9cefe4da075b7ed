import {
  BatchExecuteStatementCommand,
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AS_LAMBDA,
  AS_OWNER,
  CLUSTER_ARN,
  LAMBDA_SECRET_ARN,
  startTestAws,
  type TestAws,
} from '../../support/aws.ts';
import { refusal } from '../../support/aws-refusal.ts';

let world: TestAws;
let client: RDSDataClient;

beforeAll(async () => {
  world = await startTestAws();
  client = new RDSDataClient(world.client());
  await sql('CREATE TABLE things (id uuid PRIMARY KEY, name text, amount bigint, at timestamptz)');
});

afterAll(async () => {
  client.destroy();
  await world.close();
});

type Rest = Omit<ExecuteStatementCommandInput, 'resourceArn' | 'secretArn' | 'sql'>;

function sql(statement: string, rest: Rest = {}, login = AS_OWNER) {
  return client.send(new ExecuteStatementCommand({ ...login, sql: statement, ...rest }));
}

describe('a statement', () => {
  it('that holds several is refused', async () => {
    expect(await refusal(sql('SELECT 1; SELECT 2'))).toMatchObject({
      name: 'ValidationException',
      message: "Multistatements aren't supported.",
    });
    expect((await sql('SELECT 1; -- the end')).records).toHaveLength(1);
  });

  it('that would begin or end a transaction is refused', async () => {
    for (const control of ['BEGIN', ' commit', 'ROLLBACK', 'START  TRANSACTION']) {
      expect((await refusal(sql(control))).name).toBe('ValidationException');
    }
  });

  it('that ends in a semicolon is refused in a batch', async () => {
    const batch = new BatchExecuteStatementCommand({ ...AS_OWNER, sql: 'SELECT 1;', parameterSets: [[]] });
    expect((await refusal(client.send(batch))).message).toBe("Multistatements aren't supported.");
  });

  it('runs once per parameter set in a batch', async () => {
    const set = (name: string) => [{ name: 'name', value: { stringValue: name } }];
    const insert = 'INSERT INTO things (id, name) VALUES (gen_random_uuid(), :name)';
    const { updateResults } = await client.send(
      new BatchExecuteStatementCommand({ ...AS_OWNER, sql: insert, parameterSets: [set('b1'), set('b2')] }),
    );
    expect(updateResults).toEqual([{ generatedFields: [] }, { generatedFields: [] }]);
    expect(await world.aws.database.query(`SELECT name FROM things WHERE name LIKE 'b_' ORDER BY 1`)).toEqual(
      [{ name: 'b1' }, { name: 'b2' }],
    );
  });
});

describe('a transaction', () => {
  const begin = async () => (await client.send(new BeginTransactionCommand(AS_OWNER))).transactionId ?? '';
  const insert = (name: string, transactionId?: string) =>
    sql(`INSERT INTO things (id, name) VALUES (gen_random_uuid(), '${name}')`, { transactionId });
  const count = async (name: string) =>
    (await world.aws.database.query('SELECT 1 AS one FROM things WHERE name = $1', [name])).length;

  it('keeps other callers out until it is committed', async () => {
    const transactionId = await begin();
    const order: string[] = [];
    const outside = insert('outside').then(() => order.push('outside'));
    await insert('inside', transactionId);
    order.push('inside');
    const { transactionStatus } = await client.send(
      new CommitTransactionCommand({
        resourceArn: CLUSTER_ARN,
        secretArn: AS_OWNER.secretArn,
        transactionId,
      }),
    );
    await outside;
    expect(order).toEqual(['inside', 'outside']);
    expect(transactionStatus).toBe('Transaction Committed');
    expect(await count('inside')).toBe(1);
  });

  it('leaves nothing behind when it is rolled back, and is unknown afterwards', async () => {
    const transactionId = await begin();
    await insert('undone', transactionId);
    const end = { resourceArn: CLUSTER_ARN, secretArn: AS_OWNER.secretArn, transactionId };
    await client.send(new RollbackTransactionCommand(end));
    expect(await count('undone')).toBe(0);
    expect(await refusal(insert('undone', transactionId))).toMatchObject({
      name: 'TransactionNotFoundException',
      status: 404,
    });
  });

  it('ends after three idle minutes', async () => {
    const transactionId = await begin();
    await insert('forgotten', transactionId);
    await world.clock.advance(179_000);
    await insert('forgotten', transactionId);
    await world.clock.advance(180_001);
    expect((await refusal(insert('forgotten', transactionId))).name).toBe('TransactionNotFoundException');
    expect(await count('forgotten')).toBe(0);
  });

  it('that failed cannot be committed', async () => {
    const transactionId = await begin();
    await refusal(sql('SELECT 1 / 0', { transactionId }));
    const commit = client.send(
      new CommitTransactionCommand({
        resourceArn: CLUSTER_ARN,
        secretArn: AS_OWNER.secretArn,
        transactionId,
      }),
    );
    expect((await refusal(commit)).message).toContain('SQLState: 25P02');
  });
});

describe('the secret', () => {
  it('decides the database user, who has to exist with that very password', async () => {
    const attempt = () => refusal(sql('SELECT 1', {}, AS_LAMBDA));
    const refusals = [await attempt()];
    await sql(`CREATE ROLE ens_lambda NOLOGIN PASSWORD 'lambda-password'`);
    refusals.push(await attempt());
    await sql(`ALTER ROLE ens_lambda LOGIN PASSWORD 'another'`);
    refusals.push(await attempt());
    await sql(`ALTER ROLE ens_lambda PASSWORD 'lambda-password'`);
    const { records } = await sql('SELECT current_user::text, session_user::text', {}, AS_LAMBDA);
    const denied = await refusal(sql('SELECT 1 FROM things', {}, AS_LAMBDA));
    const message = 'FATAL: password authentication failed for user "ens_lambda"; SQLState: 28P01';
    expect(refusals.map((one) => one.message)).toEqual([message, message, message]);
    expect(records).toEqual([[{ stringValue: 'ens_lambda' }, { stringValue: 'ens_lambda' }]]);
    expect(denied.message).toContain('permission denied for table things');
  });

  it('and the cluster have to be known', async () => {
    const unknownSecret = { ...AS_OWNER, secretArn: `${LAMBDA_SECRET_ARN}x` };
    const unknownCluster = { ...AS_OWNER, resourceArn: `${CLUSTER_ARN}x` };
    expect((await refusal(sql('SELECT 1', {}, unknownSecret))).name).toBe('SecretsErrorException');
    expect((await refusal(sql('SELECT 1', {}, unknownCluster))).name).toBe('NotFoundException');
    expect((await refusal(sql('SELECT 1', { database: 'other' }))).message).toBe(
      'FATAL: database "other" does not exist; SQLState: 3D000',
    );
  });
});

describe('a policy', () => {
  const execute = { Effect: 'Allow', Action: 'rds-data:ExecuteStatement', Resource: CLUSTER_ARN } as const;
  const secret = {
    Effect: 'Allow',
    Action: 'secretsmanager:GetSecretValue',
    Resource: AS_OWNER.secretArn,
  } as const;

  it('has to allow the operation on the cluster and the reading of the secret', async () => {
    const attempt = (statements: Parameters<TestAws['client']>[0]) =>
      new RDSDataClient(world.client(statements)).send(
        new ExecuteStatementCommand({ ...AS_OWNER, sql: 'SELECT 1' }),
      );
    expect((await attempt([execute, secret])).records).toHaveLength(1);
    expect(await refusal(attempt([secret]))).toMatchObject({
      name: 'AccessDeniedException',
      status: 403,
      message: expect.stringMatching(
        /^User: arn:aws:sts::123456789012:assumed-role\/ROLE\d+\/tested is not authorized to perform: rds-data:ExecuteStatement on resource: arn:aws:rds:eu-central-1:123456789012:cluster:ens because no identity-based policy allows the rds-data:ExecuteStatement action$/,
      ),
    });
    expect((await refusal(attempt([execute]))).message).toContain(
      'perform: secretsmanager:GetSecretValue on',
    );
  });
});

describe('an ordered fault', () => {
  it('is given in the words of the Data API and recorded', async () => {
    world.faults.add({
      service: 'rds-data',
      action: 'ExecuteStatement',
      error: 'DatabaseResumingException',
      times: 1,
    });
    const before = world.calls.all().length;
    expect(await refusal(sql('SELECT 1'))).toMatchObject({
      name: 'DatabaseResumingException',
      message: expect.stringContaining(
        'is resuming after being auto-paused. Please wait a few seconds and try again.',
      ),
    });
    await sql('SELECT 1');
    const recorded = world.calls.all().slice(before);
    expect(recorded.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['ExecuteStatement', 'DatabaseResumingException'],
      ['ExecuteStatement', 'ok'],
    ]);
  });
});

it('a connection that was reset leaves the caller without an answer', async () => {
  world.faults.add({ service: 'rds-data', error: 'ECONNRESET', times: 1 });
  expect((await refusal(sql('SELECT 1'))).message).toMatch(/socket hang up|ECONNRESET/);
});

it('refuses a request of more than 4 MiB', async () => {
  const answer = await fetch(`${world.aws.origin}/Execute`, { method: 'POST', body: 'x'.repeat(4_194_305) });
  expect(answer.status).toBe(413);
});

it.each([
  "SELECT 'a:b'",
  "SELECT 'a;b'",
  "SELECT E'\\'a:b'",
  'SELECT 1 AS "a:b"',
  'SELECT $$a;b$$',
  'SELECT 1 -- a:b',
  'SELECT 1 /* a;b */',
])('refuses what depends on undocumented parsing: %s', async (statement) => {
  expect((await refusal(sql(statement))).message).toContain('not documented');
});

it('takes colons and semicolons that are escaped', async () => {
  const { records } = await sql("SELECT E'a\\072b\\073'");
  expect(records).toEqual([[{ stringValue: 'a:b;' }]]);
});

it('shows every stored row, bytes as base64 and JSON as it is', async () => {
  await sql(`CREATE TABLE shown (id bigint, secret bytea, content jsonb, at timestamptz)`);
  await sql(`INSERT INTO shown VALUES (1, '\\x00ff', E'{"a"\\072 [1]}', '2026-01-01Z')`);
  expect((await world.aws.database.tables()).shown).toEqual([
    { id: 1, secret: 'AP8=', content: { a: [1] }, at: '2026-01-01T00:00:00.000Z' },
  ]);
});
