import { randomBytes } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import type { Database } from '#adapters/data-api/database.ts';
import type { Transactions } from '#adapters/data-api/transaction.ts';
import { DependencyUnavailable } from '#domain/errors.ts';
import type { Group } from './database-rights.ts';
import { ensureUser, userIn } from './database-users.ts';
import { escapeLiterals } from './escape-literals.ts';
import { scramVerifier } from './scram.ts';

/** What Secrets Manager sends to a rotation function, once for each step in this order. */
const rotationEvent = z.object({
  Step: z.enum(['createSecret', 'setSecret', 'testSecret', 'finishSecret']),
  SecretId: z.string(),
  ClientRequestToken: z.string(),
});
export type RotationEvent = z.infer<typeof rotationEvent>;

export function readRotationEvent(event: unknown): RotationEvent | undefined {
  const result = z.safeParse(rotationEvent, event);
  return result.success ? result.data : undefined;
}

export interface RotationParts {
  readonly secrets: SecretsManagerClient;
  readonly transactions: Transactions;
  readonly ownerSecretArn: string;
  /** Whose secret it is; undefined for the owner's. */
  readonly groupOf: (secretArn: string) => Group | undefined;
  /** The database as whoever the current version of a secret names. */
  readonly logOn: (secretArn: string) => Database;
}

const PENDING = 'AWSPENDING';
const CURRENT = 'AWSCURRENT';

/**
 * One step of a rotation. Users of the functions come in pairs that take turns: the secret that is current works until
 * the next one is, and no call fails in between. The owner has one name; only migrations use it.
 * Every step may be repeated. Throws where the secret is none of ours or a service does not answer.
 */
export async function rotateSecret(parts: RotationParts, event: RotationEvent): Promise<void> {
  const group = parts.groupOf(event.SecretId);
  if (group === undefined && event.SecretId !== parts.ownerSecretArn)
    throw new TypeError('not a secret of this database');
  switch (event.Step) {
    case 'createSecret':
      return createSecret(parts, event, group);
    case 'setSecret':
      return setSecret(parts, event, group);
    case 'testSecret':
      // The Data API logs on with the current version alone, so the last step tests.
      return;
    case 'finishSecret':
      return finishSecret(parts, event);
  }
}

async function createSecret(
  { secrets }: RotationParts,
  { SecretId, ClientRequestToken }: RotationEvent,
  group: Group | undefined,
): Promise<void> {
  const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId }));
  if (await hasValue(secrets, SecretId, ClientRequestToken, VersionIdsToStages)) return;
  const current = await secrets.send(new GetSecretValueCommand({ SecretId }));
  const text = current.SecretString ?? '';
  const { name } = userIn(text);
  const fields: object = JSON.parse(text);
  const username = group === undefined ? name : otherName(name);
  const SecretString = JSON.stringify({ ...fields, username, password: randomBytes(24).toString('hex') });
  const version = { SecretId, ClientRequestToken, SecretString, VersionStages: [PENDING] };
  await secrets.send(new PutSecretValueCommand(version));
}

/** Secrets Manager names the new version before there is a value in it. */
async function hasValue(
  secrets: SecretsManagerClient,
  SecretId: string,
  VersionId: string,
  stages: Readonly<Record<string, string[]>>,
): Promise<boolean> {
  if (stages[VersionId] === undefined) return false;
  return await secrets.send(new GetSecretValueCommand({ SecretId, VersionId })).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return false;
      throw error;
    },
  );
}

async function setSecret(
  { secrets, transactions }: RotationParts,
  { SecretId, ClientRequestToken }: RotationEvent,
  group: Group | undefined,
): Promise<void> {
  const command = new GetSecretValueCommand({
    SecretId,
    VersionId: ClientRequestToken,
    VersionStage: PENDING,
  });
  const user = userIn((await secrets.send(command)).SecretString ?? '');
  if (group !== undefined)
    return await transactions.transact((database) => ensureUser(database, user, group));
  const statement = escapeLiterals(`ALTER ROLE "${user.name}" PASSWORD '${scramVerifier(user.password)}'`);
  await transactions
    .transact(async (database) => void (await database.run(statement)))
    // An earlier try may have set it: then the current version no longer opens, and the last step finds out.
    .catch((error: unknown) => {
      if (!isWrongPassword(error)) throw error;
    });
}

async function finishSecret(
  { secrets, logOn }: RotationParts,
  { SecretId, ClientRequestToken }: RotationEvent,
): Promise<void> {
  const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId }));
  const [before] = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes(CURRENT)) ?? [];
  if (before === ClientRequestToken) return;
  const move = (from: string | undefined, to: string | undefined) =>
    secrets.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage: CURRENT,
        RemoveFromVersionId: from,
        MoveToVersionId: to,
      }),
    );
  await move(before, ClientRequestToken);
  try {
    await logOn(SecretId).run('SELECT NULL::text');
  } catch (error) {
    if (isWrongPassword(error)) await move(ClientRequestToken, before);
    throw error;
  }
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof DependencyUnavailable && error.code.endsWith('/28P01');
}

function otherName(name: string): string {
  return name.endsWith('_b') ? name.slice(0, -2) : `${name}_b`;
}
