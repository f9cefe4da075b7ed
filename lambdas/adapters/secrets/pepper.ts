import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { dependencyUnavailable } from '#adapters/aws-errors.ts';
import { DependencyUnavailable } from '#domain/errors.ts';
import { asCallbackId, asId, type CallbackId, type SubscriptionId } from '#domain/model/ids.ts';
import type { EpochMs } from '#domain/model/subscription.ts';
import type { Pepper } from '#domain/ports/crypto.ts';

const CALLBACK_ID = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[A-Za-z0-9_-]{22}$/;
/** Epoch milliseconds without leading zeros, and the MAC: one spelling for each instant. */
const CHALLENGE = /^([1-9][0-9]{12})\.[A-Za-z0-9_-]{43}$/;
/** Fewer characters than this is a secret that nobody generated. */
const MIN_PEPPER_CHARACTERS = 32;
const CALLBACK_ID_MAC_BYTES = 16;
const SOURCE_NAME_BYTES = 6;

export interface PepperOptions {
  readonly client: SecretsManagerClient;
  readonly secretArn: string;
}

/** The pepper also keys what the database stores encrypted. */
export interface PepperWithKeys extends Pepper {
  /** 32 bytes by HKDF-SHA-256, for the addresses of Web Push subscriptions in the database. */
  webPushSubscriptionKey(): Promise<Uint8Array>;
}

/**
 * HMACs under the pepper, each use with a prefix of its own, so that a value made
 * for one is worthless for another. The secret string, as it is, is the key; it is read with the first use
 * and kept for the life of this instance. Every method throws DependencyUnavailable('secrets') while it
 * cannot be read; that is not kept.
 */
export function createPepper(options: PepperOptions): PepperWithKeys {
  let reading: Promise<KeyObject> | undefined;

  function pepper(): Promise<KeyObject> {
    reading ??= readPepper(options).catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  }

  async function hmac(text: string): Promise<Buffer> {
    return createHmac('sha256', await pepper())
      .update(text, 'utf8')
      .digest();
  }

  async function callbackId(id: SubscriptionId): Promise<CallbackId> {
    const mac = await hmac(`callback-id:${id}`);
    return asCallbackId(id, mac.subarray(0, CALLBACK_ID_MAC_BYTES).toString('base64url'));
  }

  async function verifyCallbackId(text: string): Promise<SubscriptionId | undefined> {
    const uuid = CALLBACK_ID.exec(text)?.[1];
    if (uuid === undefined) return undefined;
    const id = asId<SubscriptionId>(uuid);
    // Compared as text, not as bytes: a second spelling of the same MAC is not an id of ours.
    return timingSafeEqual(Buffer.from(text), Buffer.from(await callbackId(id))) ? id : undefined;
  }

  async function challenge(issuedAt: EpochMs): Promise<string> {
    return `${issuedAt}.${(await hmac(`challenge:${issuedAt}`)).toString('base64url')}`;
  }

  async function challengeIssuedAt(text: string): Promise<EpochMs | undefined> {
    const time = CHALLENGE.exec(text)?.[1];
    if (time === undefined) return undefined;
    const issuedAt = Number(time);
    return timingSafeEqual(Buffer.from(text), Buffer.from(await challenge(issuedAt))) ? issuedAt : undefined;
  }

  return {
    callbackId,
    verifyCallbackId,
    addressHmac: async (email) => new Uint8Array(await hmac(`address:${normal(email)}`)),
    sourceName: async (address, day) =>
      (await hmac(`source:${day}:${address}`)).subarray(0, SOURCE_NAME_BYTES).toString('hex'),
    userHmac: async (username) => new Uint8Array(await hmac(`user-name:${normal(username)}`)),
    webPushSubscriptionKey: async () =>
      new Uint8Array(hkdfSync('sha256', await pepper(), '', 'ens:web-push-subscription', 32)),
    deviceHmac: async (deviceId) => new Uint8Array(await hmac(`device-id:${deviceId}`)),
    challenge,
    challengeIssuedAt,
  };
}

function normal(text: string): string {
  return text.normalize('NFC').trim().toLowerCase();
}

async function readPepper({ client, secretArn }: PepperOptions): Promise<KeyObject> {
  const answer = await client
    .send(new GetSecretValueCommand({ SecretId: secretArn }))
    .catch((error: unknown) => {
      throw dependencyUnavailable('secrets', error);
    });
  const text = answer.SecretString ?? '';
  if (text.length < MIN_PEPPER_CHARACTERS)
    throw new DependencyUnavailable('secrets', 'PepperTooShort', false);
  return createSecretKey(text, 'utf8');
}
