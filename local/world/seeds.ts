import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { Deployment } from '../template/deployment.ts';
import { optionalText } from '../template/json.ts';
import type { SecretSpec } from '../template/model.ts';

/** Secrets that an operator puts in before deploying: named by the settings, made by no template. */
export function operatorSecrets(deployment: Deployment): readonly SecretSpec[] {
  const names = new Map<string, 'apple' | 'google'>();
  for (const resource of deployment.ofType('Custom::EnsPushApplications')) {
    const name = optionalText(resource.property('SecretName'));
    if (name !== undefined) names.set(name, resource.property('Platform') === 'GCM' ? 'google' : 'apple');
  }
  const { region, account } = deployment.place;
  return [...names].map(([name, kind]) => {
    const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
    const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`;
    return { arn, name, value: kind === 'apple' ? appleKey() : serviceAccount() };
  });
}

/** A signing key as Apple hands it out, made here: nobody else has it. */
function appleKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return JSON.stringify({
    keyId: 'LOCALKEY01',
    teamId: 'LOCALTEAM1',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  });
}

function serviceAccount(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return JSON.stringify({
    type: 'service_account',
    project_id: 'local',
    client_email: 'push@local.invalid',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  });
}

/** The API token, as the operator's command line stores it: its SHA-256 alone. */
export async function storeApiToken(
  query: (sql: string, parameters: readonly unknown[]) => Promise<unknown>,
  token: string,
  now: number,
): Promise<void> {
  const hash = createHash('sha256').update(token).digest('hex');
  await query(
    `INSERT INTO api_tokens (id, label, token_sha256, created_at) VALUES ($1::uuid, 'local', decode($2::text, 'hex'), $3::bigint)`,
    [randomUUID(), hash, String(now)],
  );
}
