import { AwsError, isList, isObject, type Json, type JsonObject, type Operation, text } from '../wire.ts';
import type { RawResult } from './engine.ts';
import { columnMetadata, type FieldOptions, toField, toJson } from './fields.ts';
import { prepareSql } from './named-parameters.ts';
import { bindParameter } from './parameters.ts';
import type { Login, Sessions, Statement } from './sessions.ts';

/** A cluster that answers at the Data API. */
export interface DataApiCluster {
  readonly arn: string;
  readonly sessions: Sessions;
}

export interface RdsDataContext {
  cluster(arn: string): DataApiCluster | undefined;
  /** The current text of a secret, by full ARN; undefined where there is none. */
  secretText(arn: string): string | undefined;
  /** The type id that a NULL without a hint has: AWS does not document it. */
  readonly nullOid: number;
}

/** Path → operation of the RDS Data API. */
export const RDS_DATA_PATHS: Readonly<Record<string, string>> = {
  '/Execute': 'ExecuteStatement',
  '/BatchExecute': 'BatchExecuteStatement',
  '/BeginTransaction': 'BeginTransaction',
  '/CommitTransaction': 'CommitTransaction',
  '/RollbackTransaction': 'RollbackTransaction',
};

/** Stricter than AWS may be, so that no statement of ours depends on what is not documented. */
const SEPARATOR_INSIDE =
  'emulator: it is not documented whether the Data API skips colons and semicolons in literals and comments';
const RESPONSE_BYTES = 1_048_576;
const ROW_BYTES = 65_536;
const FORMATTED_BYTES = 10 * 1_048_576;
const TRANSACTION_CONTROL = /^\s*(begin|start\s+transaction|commit|end|rollback|abort|savepoint)\b/i;

/** Answers one Data API operation; throws AwsError with the code and text that the service would give. */
export async function answerRdsData(
  { action, input, authorize }: Operation,
  context: RdsDataContext,
): Promise<JsonObject> {
  const resourceArn = required(input, 'resourceArn');
  const secretArn = required(input, 'secretArn');
  authorize(`rds-data:${action}`, resourceArn);
  authorize('secretsmanager:GetSecretValue', secretArn);
  const cluster = context.cluster(resourceArn);
  if (cluster === undefined) {
    throw new AwsError('NotFoundException', 404, `The resourceArn ${resourceArn} can't be found.`);
  }
  const login = readLogin(context.secretText(secretArn), secretArn, input);
  const { sessions } = cluster;
  const transactionId = text(input, 'transactionId');
  switch (action) {
    case 'BeginTransaction':
      return { transactionId: await sessions.begin(login) };
    case 'CommitTransaction':
      await sessions.commit(required(input, 'transactionId'));
      return { transactionStatus: 'Transaction Committed' };
    case 'RollbackTransaction':
      await sessions.rollback(required(input, 'transactionId'));
      return { transactionStatus: 'Rollback Complete' };
    case 'ExecuteStatement': {
      const [result] = await sessions.run(
        login,
        readStatements(input, 'execute', context.nullOid),
        transactionId,
      );
      return result === undefined ? {} : describe(result, input);
    }
    case 'BatchExecuteStatement': {
      const results = await sessions.run(
        login,
        readStatements(input, 'batch', context.nullOid),
        transactionId,
      );
      return { updateResults: results.map(() => ({ generatedFields: [] })) };
    }
    default:
      throw new AwsError('UnknownOperationException', 404, `${action} is no operation of the Data API`);
  }
}

function required(input: JsonObject, key: string): string {
  const value = text(input, key);
  if (value === undefined || value === '') {
    throw new AwsError('ValidationException', 400, `Missing required field: ${key}`);
  }
  return value;
}

function readLogin(secret: string | undefined, arn: string, input: JsonObject): Login {
  if (secret === undefined) {
    throw new AwsError('SecretsErrorException', 400, `The secret ${arn} can't be found.`);
  }
  try {
    const value: Json = JSON.parse(secret);
    const user = isObject(value) ? text(value, 'username') : undefined;
    const password = isObject(value) ? text(value, 'password') : undefined;
    if (user !== undefined && password !== undefined)
      return { user, password, database: databaseIn(input, user) };
  } catch (error) {
    if (error instanceof AwsError) throw error;
    // Falls through: a secret that is no JSON is as useless as one without the members.
  }
  throw new AwsError('InvalidSecretException', 400, `The secret ${arn} isn't valid.`);
}

/** Without `database` PostgreSQL looks for one named after the user: the secret's dbname is not read. */
function databaseIn(input: JsonObject, user: string): string {
  if (text(input, 'schema') !== undefined) {
    throw new AwsError('ValidationException', 400, "The schema parameter isn't supported");
  }
  return text(input, 'database') ?? user;
}

function readStatements(input: JsonObject, kind: 'execute' | 'batch', nullOid: number): Statement[] {
  const prepared = prepareSql(required(input, 'sql'));
  if (prepared.multiple || (kind === 'batch' && prepared.endsWithSemicolon)) {
    throw new AwsError('ValidationException', 400, "Multistatements aren't supported.");
  }
  if (TRANSACTION_CONTROL.test(prepared.sql)) {
    throw new AwsError('ValidationException', 400, 'Transactions are controlled by operations, not by SQL.');
  }
  if (prepared.separatorInside) {
    throw new AwsError('BadRequestException', 400, SEPARATOR_INSIDE);
  }
  const sets = input[kind === 'batch' ? 'parameterSets' : 'parameters'];
  const parameterSets = kind === 'batch' ? (isList(sets) ? sets : []) : [sets ?? []];
  return parameterSets.map((set) => {
    const byName = new Map(
      (isList(set) ? set : []).filter(isObject).map((one) => [text(one, 'name') ?? '', one]),
    );
    const parameters = prepared.names.map((name) => {
      const parameter = byName.get(name);
      if (parameter === undefined) {
        throw new AwsError('BadRequestException', 400, `Cannot find parameter: ${name}`);
      }
      return bindParameter(parameter, nullOid);
    });
    // Also those that the statement does not mention have to be well-formed.
    for (const unused of byName.values()) bindParameter(unused, nullOid);
    return { sql: prepared.sql, parameters };
  });
}

function describe(result: RawResult, input: JsonObject): JsonObject {
  const returnsRows = result.columns.length > 0;
  // As JDBC counts: a statement that returns rows has no update count.
  const updated = { numberOfRecordsUpdated: returnsRows ? 0 : result.affected };
  if (!returnsRows) return { generatedFields: [], ...updated };
  if (text(input, 'formatRecordsAs') === 'JSON') {
    const formattedRecords = JSON.stringify(
      result.rows.map((row) =>
        Object.fromEntries(result.columns.map(({ label, oid }, n) => [label, toJson(oid, row[n] ?? null)])),
      ),
    );
    if (Buffer.byteLength(formattedRecords) > FORMATTED_BYTES) throw tooLarge();
    return { formattedRecords, ...updated };
  }
  const options = fieldOptions(input);
  const records = result.rows.map((row) =>
    result.columns.map(({ oid }, n) => toField(oid, row[n] ?? null, options)),
  );
  limitSize(records);
  const metadata = result.columns.map(({ label, oid }) => columnMetadata(oid, label));
  return {
    ...(input.includeResultMetadata === true ? { columnMetadata: metadata } : {}),
    records,
    ...updated,
  };
}

function fieldOptions(input: JsonObject): FieldOptions {
  const given = input.resultSetOptions;
  const options = isObject(given) ? given : {};
  return {
    decimals: options.decimalReturnType === 'DOUBLE_OR_LONG' ? 'DOUBLE_OR_LONG' : 'STRING',
    longs: options.longReturnType === 'STRING' ? 'STRING' : 'LONG',
  };
}

function limitSize(records: readonly Json[]): void {
  let total = 0;
  for (const record of records) {
    const bytes = Buffer.byteLength(JSON.stringify(record));
    total += bytes;
    if (bytes > ROW_BYTES || total > RESPONSE_BYTES) throw tooLarge();
  }
}

function tooLarge(): AwsError {
  return new AwsError(
    'UnsupportedResultException',
    400,
    'Database returned more than the allowed response size limit',
  );
}
