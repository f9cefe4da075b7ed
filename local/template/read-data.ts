import { randomBytes, randomInt } from 'node:crypto';
import type { DeployedResource, Deployment } from './deployment.ts';
import { isObject, type Json, numberAt, objectAt, optionalText, parseJson, textAt } from './json.ts';
import type { ClusterSpec, KeySpec, SecretSpec, TopicSpec } from './model.ts';

/** Secrets with the values that a deployment would have given them. A new value at every call. */
export function readSecrets(deployment: Deployment): readonly SecretSpec[] {
  return deployment.ofType('AWS::SecretsManager::Secret').map((secret) => {
    const arn = secret.ref();
    return {
      arn,
      name: arn.split(':').at(-1)?.slice(0, -7) ?? arn,
      value: withTarget(deployment, arn, initialValue(secret)),
    };
  });
}

function initialValue(secret: DeployedResource): string {
  const given = optionalText(secret.property('SecretString'));
  if (given !== undefined) return given;
  const rule = objectAt(secret.property('GenerateSecretString'), 'GenerateSecretString');
  const generated = generate(rule);
  const key = optionalText(rule.GenerateStringKey);
  if (key === undefined) return generated;
  const template = objectAt(
    parseJson(optionalText(rule.SecretStringTemplate) ?? '{}'),
    'SecretStringTemplate',
  );
  return JSON.stringify({ ...template, [key]: generated });
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

function generate(rule: ReturnType<typeof objectAt>): string {
  const alphabets: string[] = [];
  if (rule.ExcludeLowercase !== true) alphabets.push(LETTERS);
  if (rule.ExcludeUppercase !== true) alphabets.push(LETTERS.toUpperCase());
  if (rule.ExcludeNumbers !== true) alphabets.push('0123456789');
  if (rule.ExcludePunctuation !== true) alphabets.push(PUNCTUATION);
  const excluded = optionalText(rule.ExcludeCharacters) ?? '';
  const characters = [...alphabets.join('')].filter((character) => !excluded.includes(character));
  if (characters.length === 0) return randomBytes(16).toString('hex');
  return Array.from(
    { length: numberAt(rule.PasswordLength, 32) },
    () => characters[randomInt(characters.length)],
  ).join('');
}

/** A secret attached to a cluster carries where that cluster is, as Secrets Manager writes it. */
function withTarget(deployment: Deployment, arn: string, value: string): string {
  const attachment = deployment
    .ofType('AWS::SecretsManager::SecretTargetAttachment')
    .find((candidate) => candidate.property('SecretId') === arn);
  const cluster = deployment
    .ofType('AWS::RDS::DBCluster')
    .find((candidate) => candidate.ref() === attachment?.property('TargetId'));
  if (cluster === undefined) return value;
  const content = parseJson(value);
  if (!isObject(content)) return value;
  return JSON.stringify({
    ...content,
    engine: 'postgres',
    host: cluster.attribute('Endpoint.Address'),
    port: 5432,
    dbname: optionalText(cluster.property('DatabaseName')),
    dbClusterIdentifier: cluster.ref(),
  });
}

export function readKeys(deployment: Deployment): readonly KeySpec[] {
  return deployment.ofType('AWS::KMS::Key').map((key) => ({
    keyId: key.ref(),
    arn: key.attribute('Arn'),
    spec: optionalText(key.property('KeySpec')) ?? 'SYMMETRIC_DEFAULT',
    policy: key.property('KeyPolicy'),
  }));
}

export function readClusters(deployment: Deployment): readonly ClusterSpec[] {
  return deployment.ofType('AWS::RDS::DBCluster').map((cluster) => ({
    arn: cluster.attribute('DBClusterArn'),
    databaseName: optionalText(cluster.property('DatabaseName')),
    ownerSecretArn: secretNamedIn(cluster.property('MasterUserPassword')),
    dataApi: cluster.property('EnableHttpEndpoint') === true,
  }));
}

/** `{{resolve:secretsmanager:<arn>:SecretString:password::}}` → the ARN. */
function secretNamedIn(password: Json): string | undefined {
  if (typeof password !== 'string') return undefined;
  return /^\{\{resolve:secretsmanager:(.+?):SecretString:/.exec(password)?.[1];
}

export function readTopics(deployment: Deployment): readonly TopicSpec[] {
  const subscriptions = deployment.ofType('AWS::SNS::Subscription');
  return deployment.ofType('AWS::SNS::Topic').map((topic) => ({
    arn: topic.ref(),
    functionArns: subscriptions
      .filter(
        (entry) => entry.property('TopicArn') === topic.ref() && entry.property('Protocol') === 'lambda',
      )
      .map((entry) => textAt(entry.property('Endpoint'), 'Endpoint')),
  }));
}
