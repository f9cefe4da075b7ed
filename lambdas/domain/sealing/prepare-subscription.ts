import { endOfCredentials, isDurable } from '../model/credential-rules.ts';
import type { Credentials } from '../model/credentials.ts';
import { asId, type SubscriptionId } from '../model/ids.ts';
import type { CallbackSeal, Pepper } from '../ports/crypto.ts';
import type { KeyPairStore, RegistrationRequest } from '../ports/store.ts';
import type { Ids } from '../ports/system.ts';

export interface SealingPorts {
  readonly keyPairs: Pick<KeyPairStore, 'newest'>;
  readonly pepper: Pick<Pepper, 'callbackId'>;
  readonly seal: Pick<CallbackSeal, 'seal'>;
  readonly ids: Ids;
}

export interface SealingSettings {
  readonly callbackBaseUrl: string;
  /** The URL stays below this many characters: Exchange refuses what is as long or longer. */
  readonly callbackUrlCharacters: number;
}

export type PreparedSubscription =
  | {
      readonly ok: true;
      readonly callbackUrl: string;
      /** What the database keeps: our half of the seal and what the credentials allow. */
      readonly row: RegistrationRequest['subscription'];
    }
  | { readonly ok: false; readonly reason: 'too-large' | 'no-key-pair' };

/** A new subscription's id, callback URL and row, sealed under the newest key pair. */
export async function prepareSubscription(
  ports: SealingPorts,
  settings: SealingSettings,
  content: Credentials & { readonly ewsUrl: string },
): Promise<PreparedSubscription> {
  const pair = await ports.keyPairs.newest();
  if (pair === undefined) return { ok: false, reason: 'no-key-pair' };
  const id = asId<SubscriptionId>(ports.ids.uuid());
  const prefix = `${settings.callbackBaseUrl}/${await ports.pepper.callbackId(id)}/`;
  const { email, auth, ewsUrl } = content;
  const sealed = await ports.seal.seal(
    { subscriptionId: id, email, ewsUrl, auth },
    pair,
    settings.callbackUrlCharacters - 1 - prefix.length,
  );
  if (!sealed.ok) return sealed;
  return {
    ok: true,
    callbackUrl: prefix + sealed.sealed,
    row: {
      id,
      sealedSha256: sealed.sealedSha256,
      rowHalf: sealed.rowHalf,
      keyPairId: pair.id,
      durable: isDurable(auth),
      credentialsExpireAt: endOfCredentials(auth),
    },
  };
}
