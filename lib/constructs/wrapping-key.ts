import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ENCRYPTION_CONTEXT_APP, type FunctionId } from '../../lambdas/contract.ts';
import type { Settings } from '../settings.ts';
import { roleName } from './ens-function.ts';

/** Functions that open private keys. */
const OPENERS = ['register', 'callback'] as const satisfies readonly FunctionId[];

/** Every way to get plaintext out of this key, or to encrypt something of one's own under it. */
const OPENING = [
  'kms:Decrypt',
  'kms:Encrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyPair',
];
const DECRYPTING = ['kms:Decrypt', 'kms:ReEncryptFrom'];

/**
 * The key that wraps all private keys. Whatever rights somebody has in the account, only the functions that open
 * private keys and one break-glass role may use it, and only under our encryption context.
 */
export function createWrappingKey(stack: Stack, id: string, settings: Settings): Key {
  const key = new Key(stack, id, {
    alias: `ens-${settings.stage}-wrapping`,
    description: 'ENS: wraps the private keys that credentials are encrypted for',
    enableKeyRotation: true,
    pendingWindow: Duration.days(30),
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const breakGlass = settings.breakGlassRoleName ?? `ens-${settings.stage}-break-glass`;
  const names = [...OPENERS.map((opener) => roleName(stack, settings.stage, opener)), breakGlass];
  // By name and not as principals: KMS refuses a policy that names a role which does not exist yet.
  const arns = names.map((resourceName) =>
    stack.formatArn({ service: 'iam', region: '', resource: 'role', resourceName }),
  );
  const denials = [
    deny('OnlyTheFunctionsThatOpen', OPENING, { ArnNotEquals: { 'aws:PrincipalArn': arns } }),
    deny('OnlyOurCiphertexts', DECRYPTING, {
      StringNotEquals: { 'kms:EncryptionContext:app': ENCRYPTION_CONTEXT_APP },
    }),
    deny('OnlyWithAKeyPair', DECRYPTING, { Null: { 'kms:EncryptionContext:keyPairId': 'true' } }),
  ];
  for (const denial of denials) key.addToResourcePolicy(denial);
  return key;
}

function deny(sid: string, actions: string[], conditions: Record<string, unknown>): PolicyStatement {
  const principals = [new AnyPrincipal()];
  return new PolicyStatement({
    sid,
    effect: Effect.DENY,
    principals,
    actions,
    resources: ['*'],
    conditions,
  });
}
