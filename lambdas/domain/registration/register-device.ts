import { createHash } from 'node:crypto';
import { type Outcome, refuse } from '../errors.ts';
import type { Credentials } from '../model/credentials.ts';
import type { RegistrationId, SubscriptionId } from '../model/ids.ts';
import type { Platform, Preferences } from '../model/preferences.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { Pepper } from '../ports/crypto.ts';
import type { ExchangeMailbox } from '../ports/exchange.ts';
import type { PushEndpoints } from '../ports/push.ts';
import type { KeyPairStore, RegistrationBegun, RegistrationStore } from '../ports/store.ts';
import type { Timer } from '../ports/system.ts';
import { askedUnread } from '../push/badge.ts';
import {
  prepareSubscription,
  type SealingPorts,
  type SealingSettings,
} from '../sealing/prepare-subscription.ts';
import { admitBinding, refuseChallenge } from './challenge.ts';
import { ensureEndpoint } from './ensure-endpoint.ts';
import { admitTokenEndpoint, admitTokenTime } from './find-exchange.ts';
import { type OpenCredentialsPorts, openCredentials } from './open-credentials.ts';
import { refuseForExchange } from './refuse-exchange.ts';
import { renewAfter } from './renewal-times.ts';
import { type SignInPorts, signIn } from './sign-in.ts';

export interface RegisterDevicePorts extends OpenCredentialsPorts, SignInPorts, SealingPorts {
  readonly keyPairs: KeyPairStore;
  readonly pepper: Pepper;
  readonly endpoints: PushEndpoints;
  readonly registrations: RegistrationStore;
  readonly timer: Timer;
}

export interface RegisterDeviceSettings extends SealingSettings {
  readonly credentialsBytes: number;
  readonly keyLifeMs: number;
  readonly registrationLifetimeMs: number;
  readonly statusFrequencyMinutes: number;
  readonly budgetMs: number;
  /** SHA-256 of a folder id in canonical form; Exchange writes one id in two ways. */
  readonly folderIdSha256: (folderId: string) => Uint8Array;
}

export interface RegisterDeviceRequest {
  readonly device: { readonly id: string; readonly platform: Platform; readonly token: string };
  readonly ewsUrl?: string | undefined;
  readonly credentialsJwe: string;
  readonly preferences: Preferences;
}

export interface RegisteredDevice {
  readonly registrationId: RegistrationId;
  readonly created: boolean;
  readonly ewsUrl: string;
  readonly renewAfter: EpochMs;
  readonly expiresAt: EpochMs;
}

/** Time kept back for the statement after the last answer of Exchange. */
const RESERVE_MS = 2_500;

const tooLate = () =>
  refuse(
    'TEMPORARILY_UNAVAILABLE',
    'The registration took too long: Exchange and the service together were slow. Send the same request again later.',
    { retryAfterSeconds: 30 },
  );

/**
 * Registers one device for one mailbox, or renews it. Idempotent per mailbox and device id.
 * Throws DependencyUnavailable where database, KMS or the secrets do not answer. Whatever is slow, there is an answer
 * when the budget ends; what is under way then goes on unheard, and the next request finds what it came to.
 */
export function createRegisterDevice(ports: RegisterDevicePorts, settings: RegisterDeviceSettings) {
  return async function registerDevice(request: RegisterDeviceRequest): Promise<Outcome<RegisteredDevice>> {
    const deadlineMs = ports.clock.now() + settings.budgetMs - RESERVE_MS;
    return (await ports.timer.within(settings.budgetMs, register(request, deadlineMs))) ?? tooLate();
  };

  async function register(
    request: RegisterDeviceRequest,
    deadlineMs: EpochMs,
  ): Promise<Outcome<RegisteredDevice>> {
    const isLate = () => ports.clock.now() >= deadlineMs;
    if (!ports.endpoints.configuredPlatforms().includes(request.device.platform))
      return refuse(
        'PLATFORM_NOT_CONFIGURED',
        `No push application for ${request.device.platform} is deployed. Add its secret to the settings and deploy again.`,
      );
    const opened = await openCredentials(ports, request.credentialsJwe, settings);
    if (!opened.ok) return opened;
    const bound = await admitBinding(ports, opened.value.binding, request.device);
    if (!bound.ok) return bound;
    const admitted = admitTokenEndpoint(ports.rules, opened.value.credentials);
    if (!admitted.ok) return admitted;
    const lasting = admitTokenTime(opened.value.credentials, ports.clock.now());
    if (!lasting.ok) return lasting;
    const { id, platform, token } = request.device;
    const device = {
      idHmac: await ports.pepper.deviceHmac(id),
      platform,
      tokenSha256: createHash('sha256').update(token).digest(),
    };
    const signedIn = await signIn(ports, {
      credentials: opened.value.credentials,
      device,
      given: request.ewsUrl,
      deadlineMs,
    });
    if (!signedIn.ok) return signedIn;
    const { mailbox, ewsUrl, inbox, credentials, accountHmac } = signedIn.value;
    try {
      if (isLate()) return tooLate();
      const endpoint = await ensureEndpoint(ports, request.device);
      if (!endpoint.ok) return endpoint;
      const prepared = await prepare({ ...credentials, ewsUrl });
      if (!prepared.ok) return prepared;
      if (isLate()) return tooLate();
      const { row, callbackUrl } = prepared.value;
      const now = ports.clock.now();
      const expiresAt = now + settings.registrationLifetimeMs;
      const begun = await ports.registrations.begin({
        now,
        ewsHost: ports.rules.exchangeAddress(ewsUrl),
        inboxSha256: settings.folderIdSha256(inbox.folderId),
        addressHmac: await ports.pepper.addressHmac(credentials.email),
        unread: askedUnread(inbox.unreadCount, now),
        device: { ...device, accountHmac },
        endpointArn: endpoint.value.endpointArn,
        preferences: request.preferences,
        expiresAt,
        challengeIssuedAt: bound.value,
        subscription: row,
      });
      if (begun === undefined) return refuseChallenge();
      if (begun.subscribe) {
        const subscribed = await subscribe(mailbox, begun, row.id, callbackUrl);
        if (!subscribed.ok) return subscribed;
      }
      return {
        ok: true,
        value: {
          registrationId: begun.registrationId,
          created: begun.created,
          ewsUrl,
          renewAfter: renewAfter(now, row.credentialsExpireAt),
          expiresAt,
        },
      };
    } finally {
      mailbox.close();
    }
  }

  async function prepare(content: Credentials & { readonly ewsUrl: string }) {
    const prepared = await prepareSubscription(ports, settings, content);
    if (prepared.ok) return { ok: true, value: prepared } as const;
    return prepared.reason === 'too-large'
      ? refuse(
          'CREDENTIALS_TOO_LARGE',
          'The credentials do not fit into the callback URL (2083 characters in Exchange), and this deployment does not allow splitting them (setting splittingAllowed).',
        )
      : refuse('TEMPORARILY_UNAVAILABLE', 'There is no key pair yet; the next upkeep makes one.', {
          retryAfterSeconds: 60,
        });
  }

  async function subscribe(
    mailbox: ExchangeMailbox,
    begun: RegistrationBegun,
    subscriptionId: SubscriptionId,
    callbackUrl: string,
  ): Promise<Outcome<void>> {
    const subscribed = await mailbox.subscribe({
      callbackUrl,
      statusFrequencyMinutes: settings.statusFrequencyMinutes,
      events: begun.wantedEvents,
    });
    if (!subscribed.ok) {
      await ports.registrations.abandon({
        subscriptionId,
        registrationId: begun.created ? begun.registrationId : undefined,
      });
      return refuseForExchange(subscribed.failure);
    }
    await ports.registrations.activate({
      now: ports.clock.now(),
      subscriptionId,
      mailboxId: begun.mailboxId,
      registrationId: begun.registrationId,
      watermark: subscribed.value.watermark,
      wantedEvents: begun.wantedEvents,
    });
    return { ok: true, value: undefined };
  }
}
