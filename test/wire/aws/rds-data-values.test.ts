import {
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  RDSDataClient,
} from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AS_OWNER, startTestAws, type TestAws } from '../../support/aws.ts';
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

function sql(statement: string, rest: Rest = {}) {
  return client.send(new ExecuteStatementCommand({ ...AS_OWNER, sql: statement, ...rest }));
}

const id = '6b6f2a8e-0d9e-4f3a-9a51-0d2b8a2b2f10';

describe('a result', () => {
  it('has one field type per PostgreSQL type', async () => {
    const { records, numberOfRecordsUpdated } = await sql(
      `SELECT 1::int2, 2::int4, 3::int8, 1.5::float8, 1.50::numeric, true, 'x'::text, NULL::text,
              '\\x00ff'::bytea, '${id}'::uuid, E'{"a"\\072 1}'::jsonb,
              E'2026-01-02 03\\07204\\07205.678+02'::timestamptz, '2026-01-02'::date, ARRAY['a', 'b,"c']`,
    );
    expect(records).toEqual([
      [
        { longValue: 1 },
        { longValue: 2 },
        { longValue: 3 },
        { doubleValue: 1.5 },
        { stringValue: '1.50' },
        { booleanValue: true },
        { stringValue: 'x' },
        { isNull: true },
        { blobValue: Uint8Array.of(0, 255) },
        { stringValue: id },
        { stringValue: '{"a": 1}' },
        { stringValue: '2026-01-02 01:04:05.678' },
        { stringValue: '2026-01-02' },
        { arrayValue: { stringValues: ['a', 'b,"c'] } },
      ],
    ]);
    expect(numberOfRecordsUpdated).toBe(0);
  });

  it('names its columns only on demand', async () => {
    const plain = await sql('SELECT 1 AS one');
    const named = await sql('SELECT 1 AS one', { includeResultMetadata: true });
    expect(plain.columnMetadata).toBeUndefined();
    expect(named.columnMetadata?.map(({ label, typeName }) => [label, typeName])).toEqual([['one', 'int4']]);
  });

  it('comes as JSON text on demand', async () => {
    const { formattedRecords, records } = await sql(`SELECT 1 AS n, 'x' AS t, NULL::int AS nothing`, {
      formatRecordsAs: 'JSON',
    });
    expect(formattedRecords).toBe('[{"n":1,"t":"x","nothing":null}]');
    expect(records).toBeUndefined();
  });

  it.each([
    ['SELECT rolname FROM pg_roles', 'NAME'],
    [`SELECT '1 day'::interval`, 'INTERVAL'],
  ])('with a type that the Data API does not know is refused: %s', async (statement, type) => {
    expect(await refusal(sql(statement))).toEqual({
      name: 'UnsupportedResultException',
      message: `The result contains the unsupported data type ${type}.`,
      status: 400,
    });
  });

  it('gives decimals and longs in the form that was asked for', async () => {
    const resultSetOptions = { decimalReturnType: 'DOUBLE_OR_LONG', longReturnType: 'STRING' } as const;
    const { records } = await sql('SELECT 1.50::numeric, 2::numeric, 3::int8', { resultSetOptions });
    expect(records).toEqual([[{ doubleValue: 1.5 }, { longValue: 2 }, { stringValue: '3' }]]);
  });

  it('is refused beyond 64 KB a row and 1 MiB in all', async () => {
    const row = await refusal(sql(`SELECT repeat('x', 65536)`));
    const all = await refusal(sql(`SELECT repeat('x', 60000) FROM generate_series(1, 18)`));
    expect([row.name, all.name]).toEqual(['UnsupportedResultException', 'UnsupportedResultException']);
    expect((await sql(`SELECT repeat('x', 60000) FROM generate_series(1, 17)`)).records).toHaveLength(17);
  });

  it('counts updated rows, but none where rows are returned', async () => {
    const statement = `INSERT INTO things (id) SELECT gen_random_uuid() FROM generate_series(1, 3)`;
    expect((await sql(statement)).numberOfRecordsUpdated).toBe(3);
    expect((await sql(`${statement} RETURNING 1`)).numberOfRecordsUpdated).toBe(0);
  });
});

describe('a parameter', () => {
  it('of every type arrives as declared', async () => {
    const { records } = await sql(
      'SELECT pg_typeof(:s)::text, pg_typeof(:l)::text, pg_typeof(:d)::text, pg_typeof(:b)::text, pg_typeof(:x)::text, pg_typeof(:u)::text, pg_typeof(:t)::text, :x, :n::int',
      {
        parameters: [
          { name: 's', value: { stringValue: 'x' } },
          { name: 'l', value: { longValue: 1 } },
          { name: 'd', value: { doubleValue: 1 } },
          { name: 'b', value: { booleanValue: true } },
          { name: 'x', value: { blobValue: Uint8Array.of(1, 2) } },
          { name: 'u', value: { stringValue: id }, typeHint: 'UUID' },
          { name: 't', value: { stringValue: '2026-01-01 00:00:00.5' }, typeHint: 'TIMESTAMP' },
          { name: 'n', value: { isNull: true } },
        ],
      },
    );
    expect(records?.[0]).toEqual([
      { stringValue: 'text' },
      { stringValue: 'bigint' },
      { stringValue: 'double precision' },
      { stringValue: 'boolean' },
      { stringValue: 'bytea' },
      { stringValue: 'uuid' },
      { stringValue: 'timestamp without time zone' },
      { blobValue: Uint8Array.of(1, 2) },
      { isNull: true },
    ]);
  });

  it('that is null has the type of its hint', async () => {
    const value = { isNull: true };
    const hinted = await sql('SELECT pg_typeof(:n)::text', {
      parameters: [{ name: 'n', value, typeHint: 'UUID' }],
    });
    expect(hinted.records).toEqual([[{ stringValue: 'uuid' }]]);
  });

  it('keeps all 64 bits of a long', async () => {
    // As other SDKs write it: JavaScript's own numbers end before.
    const parameters = '[{"name":"l","value":{"longValue":9007199254740993}}]';
    const answer = await fetch(`${world.aws.origin}/Execute`, {
      method: 'POST',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=OPERATOR/x' },
      body: JSON.stringify({ ...AS_OWNER, sql: 'SELECT :l::text' }).replace(
        '}',
        `,"parameters":${parameters}}`,
      ),
    });
    expect(await answer.json()).toMatchObject({ records: [[{ stringValue: '9007199254740993' }]] });
  });

  it('without a hint is text and fails beside a uuid, as it does on Aurora', async () => {
    const parameters = [{ name: 'id', value: { stringValue: id } }];
    expect(await refusal(sql('SELECT 1 FROM things WHERE id = :id', { parameters }))).toEqual({
      name: 'DatabaseErrorException',
      message: 'ERROR: operator does not exist: uuid = text; Position: 31; SQLState: 42883',
      status: 400,
    });
    expect((await sql('SELECT 1 FROM things WHERE id = :id::uuid', { parameters })).records).toEqual([]);
  });

  it('that is missing, an array, or not of its hint’s form is refused', async () => {
    const cases: [string, Rest][] = [
      ['SELECT :a', {}],
      ['SELECT :a', { parameters: [{ name: 'a', value: { arrayValue: { longValues: [1] } } }] }],
      [
        'SELECT :a',
        {
          parameters: [{ name: 'a', typeHint: 'TIMESTAMP', value: { stringValue: '2026-01-01T00:00:00Z' } }],
        },
      ],
    ];
    const names = await Promise.all(cases.map(async ([text, rest]) => (await refusal(sql(text, rest))).name));
    expect(names).toEqual(['BadRequestException', 'ValidationException', 'ValidationException']);
  });
});
