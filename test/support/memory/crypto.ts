import { createHash } from 'node:crypto';
import { DependencyUnavailable, PrivateKeyUnusable } from '#domain/errors.ts';
import type { Credentials, CredentialsBinding, SealedContent } from '#domain/model/credentials.ts';
import type { CallbackId, KeyPairId, SubscriptionId } from '#domain/model/ids.ts';
import { asId } from '#domain/model/ids.ts';
import type { CallbackSeal, CredentialsReader, KeyVault, Pepper } from '#domain/ports/crypto.ts';

/** Seals by remembering: what was sealed under which segment, and for whom. */
export interface MemoryCrypto {
  readonly pepper: Pepper;
  readonly vault: KeyVault;
  readonly seal: CallbackSeal;
  readonly reader: CredentialsReader;
  readonly sealed: Map<string, SealedContent>;
  /** What the client's JWE `jwe` opens to. */
  credentials: Credentials | undefined;
  /** What binds them. */
  binding: CredentialsBinding;
  kms: 'up' | 'down' | 'refuses';
  secrets: 'up' | 'down';
  tooLarge: boolean;
}

export const CLIENT_KEY = asId<KeyPairId>('00000000-0000-4000-8000-00000000aaaa');

export function memoryCrypto(): MemoryCrypto {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const world: MemoryCrypto = {
    sealed: new Map(),
    credentials: undefined,
    binding: { challenge: '', device: { id: '', platform: '', tokenSha256: '' } },
    kms: 'up',
    secrets: 'up',
    tooLarge: false,
    pepper: {
      callbackId: async (id) => callbackIdOf(id),
      async verifyCallbackId(text) {
        if (world.secrets === 'down') throw new DependencyUnavailable('secrets', 'Down');
        const [id] = text.split('.');
        return id !== undefined && text === callbackIdOf(id) ? asId<SubscriptionId>(id) : undefined;
      },
      addressHmac: async (email) => hash(`address:${email.trim().toLowerCase()}`),
      sourceName: async (address, day) => `${day}-${address.length}`,
      userHmac: async (name) => hash(`user:${name.toLowerCase()}`),
      deviceHmac: async (id) => hash(`device:${id}`),
      challenge: async (issuedAt) => `challenge-${issuedAt}`,
      challengeIssuedAt: async (text) =>
        text.startsWith('challenge-') ? Number(text.slice('challenge-'.length)) : undefined,
    },
    vault: {
      async privateKey({ id }) {
        if (world.kms === 'down') throw new DependencyUnavailable('kms', 'ThrottlingException');
        if (world.kms === 'refuses') throw new PrivateKeyUnusable();
        return { keyPairId: id };
      },
    },
    seal: {
      async seal(content) {
        if (world.tooLarge) return { ok: false, reason: 'too-large' };
        const sealed = `sealed-${world.sealed.size + 1}`;
        world.sealed.set(sealed, content);
        return {
          ok: true,
          sealed,
          sealedSha256: hash(sealed),
          rowHalf: { kind: 'inner-key', innerKey: hash(`inner:${sealed}`) },
        };
      },
      async open(sealed, _half, _key, subscriptionId) {
        const content = world.sealed.get(sealed);
        if (content === undefined) return { ok: false, reason: 'unreadable' };
        return content.subscriptionId === subscriptionId
          ? { ok: true, content }
          : { ok: false, reason: 'binding' };
      },
    },
    reader: {
      keyPairIdOf: (jwe) => (jwe.startsWith('jwe') ? CLIENT_KEY : undefined),
      open: async () =>
        world.credentials === undefined
          ? { ok: false, reason: 'unreadable' }
          : { ok: true, credentials: world.credentials, binding: world.binding },
    },
  };
  return world;
}

export function callbackIdOf(id: string): CallbackId {
  const text: unknown = `${id}.hmac-of-${id.slice(-4)}`;
  return brand(text);
}

function brand(text: unknown): CallbackId {
  if (!isCallbackId(text)) throw new TypeError('not a callback id');
  return text;
}

function isCallbackId(text: unknown): text is CallbackId {
  return typeof text === 'string';
}
