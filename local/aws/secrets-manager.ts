import { randomBytes, randomUUID } from 'node:crypto';
import type { WorldClock } from '../world/clock.ts';
import { type GenerateSecretString, generateText } from './generate-secret.ts';
import { AwsError, isList, type JsonObject, type Operation, text } from './wire.ts';

/** A secret with its current text: given, generated, or none yet. */
export interface SecretSeed {
  readonly arn: string;
  readonly name: string;
  readonly value?: string | undefined;
  readonly generate?: GenerateSecretString | undefined;
}

interface Version {
  readonly id: string;
  readonly text: string | undefined;
  readonly binary: string | undefined;
  readonly createdMs: number;
  readonly stages: Set<string>;
}

interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly createdMs: number;
  readonly versions: Version[];
}

export interface SecretsManager {
  answer(operation: Operation): JsonObject;
  /** The AWSCURRENT text, for the services that read secrets themselves. */
  currentText(arn: string): string | undefined;
}

/** GetSecretValue, DescribeSecret, PutSecretValue, UpdateSecretVersionStage and CreateSecret of Secrets Manager. */
export function createSecretsManager(options: {
  readonly clock: WorldClock;
  readonly region: string;
  readonly accountId: string;
  readonly secrets: readonly SecretSeed[];
}): SecretsManager {
  const { clock } = options;
  const secrets: Secret[] = options.secrets.map(({ arn, name, value, generate }) => {
    const secret = { arn, name, createdMs: clock.now(), versions: [] };
    const first = value ?? (generate === undefined ? undefined : generateText(generate));
    if (first !== undefined) addVersion(secret, randomUUID(), { SecretString: first }, ['AWSCURRENT']);
    return secret;
  });

  /** By ARN, name, or ARN without the six random characters. */
  const find = (id: string) =>
    secrets.find(({ arn, name }) => id === arn || id === name || id === arn.replace(/-[A-Za-z0-9]{6}$/, ''));

  function addVersion(secret: Secret, id: string, input: JsonObject, stages: readonly string[]): Version {
    const current = secret.versions.find((version) => version.stages.has('AWSCURRENT'));
    for (const version of secret.versions) {
      for (const stage of stages) version.stages.delete(stage);
    }
    if (current !== undefined && stages.includes('AWSCURRENT')) {
      for (const version of secret.versions) version.stages.delete('AWSPREVIOUS');
      current.stages.add('AWSPREVIOUS');
    }
    const version = {
      id,
      text: text(input, 'SecretString'),
      binary: text(input, 'SecretBinary'),
      createdMs: clock.now(),
      stages: new Set(stages),
    };
    secret.versions.push(version);
    return version;
  }

  function getValue(secret: Secret, input: JsonObject): JsonObject {
    const versionId = text(input, 'VersionId');
    const stage = text(input, 'VersionStage') ?? (versionId === undefined ? 'AWSCURRENT' : undefined);
    const version = secret.versions.find(
      ({ id, stages }) =>
        (versionId === undefined || id === versionId) && (stage === undefined || stages.has(stage)),
    );
    if (version === undefined) {
      const wanted = versionId === undefined ? `staging label: ${stage}` : `VersionId: ${versionId}`;
      throw notFound(`Secrets Manager can't find the specified secret value for ${wanted}`);
    }
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      VersionStages: [...version.stages],
      CreatedDate: version.createdMs / 1000,
      ...(version.text === undefined ? {} : { SecretString: version.text }),
      ...(version.binary === undefined ? {} : { SecretBinary: version.binary }),
    };
  }

  function putValue(secret: Secret, input: JsonObject): JsonObject {
    if ((text(input, 'SecretString') ?? text(input, 'SecretBinary')) === undefined) {
      throw new AwsError(
        'InvalidParameterException',
        400,
        'You must provide either SecretString or SecretBinary.',
      );
    }
    const given = input.VersionStages;
    const stages = isList(given) ? given.map(String) : ['AWSCURRENT'];
    const id = text(input, 'ClientRequestToken') ?? randomUUID();
    const known = secret.versions.find((version) => version.id === id);
    if (known !== undefined && known.text !== text(input, 'SecretString')) {
      throw new AwsError(
        'ResourceExistsException',
        400,
        "You can't use ClientRequestToken with a different value.",
      );
    }
    const version = known ?? addVersion(secret, id, input, stages);
    return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: [...version.stages] };
  }

  /** A label is on one version at a time; AWSPREVIOUS follows the version that AWSCURRENT left. */
  function moveStage(secret: Secret, input: JsonObject): JsonObject {
    const stage = text(input, 'VersionStage') ?? '';
    const from = secret.versions.find(({ stages }) => stages.has(stage));
    const to = secret.versions.find(({ id }) => id === text(input, 'MoveToVersionId'));
    if (from !== undefined && from.id !== text(input, 'RemoveFromVersionId')) {
      throw new AwsError(
        'InvalidParameterException',
        400,
        `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${from.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
      );
    }
    from?.stages.delete(stage);
    to?.stages.add(stage);
    if (stage === 'AWSCURRENT' && from !== undefined) {
      for (const version of secret.versions) version.stages.delete('AWSPREVIOUS');
      from.stages.add('AWSPREVIOUS');
    }
    return { ARN: secret.arn, Name: secret.name };
  }

  function create(input: JsonObject): JsonObject {
    const name = text(input, 'Name') ?? '';
    if (find(name) !== undefined) {
      throw new AwsError(
        'ResourceExistsException',
        400,
        `The operation failed because the secret ${name} already exists.`,
      );
    }
    const suffix = randomBytes(3).toString('hex');
    const arn = `arn:aws:secretsmanager:${options.region}:${options.accountId}:secret:${name}-${suffix}`;
    const secret: Secret = { arn, name, createdMs: clock.now(), versions: [] };
    secrets.push(secret);
    const id = text(input, 'ClientRequestToken') ?? randomUUID();
    if (text(input, 'SecretString') !== undefined) addVersion(secret, id, input, ['AWSCURRENT']);
    return { ARN: arn, Name: name, VersionId: id };
  }

  return {
    answer({ action, input, authorize }) {
      if (action === 'CreateSecret') {
        const arn = `arn:aws:secretsmanager:${options.region}:${options.accountId}:secret:${text(input, 'Name')}`;
        authorize('secretsmanager:CreateSecret', arn);
        return create(input);
      }
      const id = text(input, 'SecretId') ?? '';
      const secret = find(id);
      authorize(`secretsmanager:${action}`, secret?.arn ?? id);
      if (secret === undefined) throw notFound("Secrets Manager can't find the specified secret.");
      switch (action) {
        case 'GetSecretValue':
          return getValue(secret, input);
        case 'PutSecretValue':
          return putValue(secret, input);
        case 'UpdateSecretVersionStage':
          return moveStage(secret, input);
        case 'DescribeSecret':
          return {
            ARN: secret.arn,
            Name: secret.name,
            CreatedDate: secret.createdMs / 1000,
            VersionIdsToStages: Object.fromEntries(
              secret.versions.map(({ id: versionId, stages }) => [versionId, [...stages]]),
            ),
          };
        default:
          throw new AwsError('UnknownOperationException', 400, '');
      }
    },
    currentText: (arn) => find(arn)?.versions.find(({ stages }) => stages.has('AWSCURRENT'))?.text,
  };
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', 400, message);
}
