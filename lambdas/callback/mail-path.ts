import { KMSClient } from '@aws-sdk/client-kms';
import { SNSClient } from '@aws-sdk/client-sns';
import { clientSettings, lean, signingAgain } from '#adapters/aws-clients.ts';
import { createAutodiscover } from '#adapters/ews/autodiscover/autodiscover.ts';
import { createExchange } from '#adapters/ews/client/exchange.ts';
import type { EwsOutgoingRules } from '#adapters/ews/outgoing/outgoing-rules.ts';
import { createEwsWorld } from '#adapters/ews/world.ts';
import { createCallbackSeal } from '#adapters/jose/callback-seal.ts';
import { createPreviewSealer } from '#adapters/jose/preview-sealer.ts';
import { createKeyVault } from '#adapters/kms/key-vault.ts';
import type { PepperWithKeys } from '#adapters/secrets/pepper.ts';
import { createPushSender } from '#adapters/sns/push-sender.ts';
import { openWebPush } from '#adapters/webpush/open-web-push.ts';
import { VARIABLES } from '#contract';
import type { CallbackPorts } from '#domain/callback/handling/ports.ts';
import { sendByPlatform } from '#domain/push/by-platform.ts';
import { webPushSettings } from '#runtime/env.ts';
import { readExtraCa, systemClock } from '#runtime/system.ts';
import type { CallbackEnv } from './env.ts';

export type MailPath = Pick<CallbackPorts, 'vault' | 'seal' | 'exchange' | 'autodiscover' | 'push'>;

/** What a new mail needs and a heartbeat does not: loaded with the first mail, kept from then on. */
export function createMailPath(env: CallbackEnv, rules: EwsOutgoingRules, pepper: PepperWithKeys): MailPath {
  const kms = new KMSClient(clientSettings(2_500));
  const world = createEwsWorld({
    rules,
    extraCaPem: readExtraCa(env[VARIABLES.extraCaFile], process.env.LAMBDA_TASK_ROOT),
  });
  return {
    vault: createKeyVault({
      client: kms,
      wrappingKeyArn: env[VARIABLES.wrappingKeyArn],
      clock: systemClock,
    }),
    seal: createCallbackSeal({ splittingAllowed: env[VARIABLES.splittingAllowed] }),
    exchange: createExchange(world),
    autodiscover: createAutodiscover(world),
    push: sendByPlatform({
      sns: createPushSender({
        // Both attempts end before the sender's own limit: neither goes on where nobody waits for it.
        client: signingAgain(lean(new SNSClient(clientSettings(1_400)))),
        previews: createPreviewSealer(),
        timeoutMs: 3_000,
      }),
      webPush: openWebPush(webPushSettings(env), {
        client: kms,
        clock: systemClock,
        subscriptionKey: pepper.webPushSubscriptionKey,
        timeoutMs: 3_000,
      }),
    }),
  };
}
