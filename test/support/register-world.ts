import { createHash } from 'node:crypto';
import { DependencyUnavailable } from '#domain/errors.ts';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import { asId, type KeyPairId, type MailboxId, type RegistrationId } from '#domain/model/ids.ts';
import type { KeyPair, WantedEvents } from '#domain/model/subscription.ts';
import type { EndpointOutcome } from '#domain/ports/push.ts';
import type { KnownExchange, RegistrationRequest } from '#domain/ports/store.ts';
import { createRegisterDevice, type RegisterDeviceRequest } from '#domain/registration/register-device.ts';
import { DAY_MS, testClock, testIds, testUuid } from './memory/clock.ts';
import { CLIENT_KEY, memoryCrypto } from './memory/crypto.ts';
import { memoryExchange } from './memory/exchange.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest();

export const PASSWORD: ExchangeAuth = { type: 'basic', username: 'ann', password: 'secret' };
/** Push token of the phone that registers. */
export const TOKEN = 'ab'.repeat(32);
export const EWS_URL = 'https://mail.example.com/EWS/Exchange.asmx';

interface State {
  clientKey: KeyPair | undefined;
  newestKey: KeyPair | undefined;
  endpoint: EndpointOutcome;
  endpoints: 'up' | 'down' | 'slow';
  /** The budget of the registration is over. */
  timeEnds: Promise<void>;
  refusedUrl: string | undefined;
  /** Inside the JWE; undefined: given out just now. */
  challenge: string | undefined;
  /** The device has been unregistered since the challenge was given out. */
  spent: boolean;
  /** What `begin` answers. */
  begun: { created: boolean; subscribe: boolean; wantedEvents: WantedEvents };
  readonly begins: RegistrationRequest[];
  readonly activated: string[];
  readonly abandoned: { readonly subscriptionId: string; readonly registrationId?: string | undefined }[];
  /** Times of failed sign-ins, those under way included, by key. */
  readonly failures: Map<string, readonly number[]>;
  /** Devices that were registered, each with its mailbox and account. */
  readonly known: Set<string>;
  readonly cache: Map<string, KnownExchange & { readonly ewsUrl: string; readonly at: number }>;
}

/** Everything around the use case, in memory: a healthy server, ann's credentials in the JWE. */
export function registerWorld() {
  const clock = testClock();
  const crypto = memoryCrypto();
  const server = memoryExchange();
  const ids = testIds();
  const pair = (id: string): KeyPair => ({
    id: asId<KeyPairId>(id),
    publicKey: new Uint8Array(1),
    wrappedPrivateKey: new Uint8Array(1),
    createdAt: clock.now() - DAY_MS,
  });
  crypto.credentials = { email: 'ann@example.com', auth: PASSWORD };
  const state: State = {
    clientKey: pair(CLIENT_KEY),
    newestKey: pair(testUuid(5002)),
    endpoint: { kind: 'ready', endpointArn: 'arn:aws:sns:eu-central-1:111122223333:endpoint/APNS/ens/1' },
    endpoints: 'up',
    timeEnds: new Promise(() => {}),
    refusedUrl: undefined,
    challenge: undefined,
    spent: false,
    begun: { created: true, subscribe: true, wantedEvents: 'mail-and-badge' },
    begins: [],
    activated: [],
    abandoned: [],
    failures: new Map(),
    known: new Set(),
    cache: new Map(),
  };
  const register = createRegisterDevice(
    {
      keyPairs: { newest: async () => state.newestKey, find: async () => state.clientKey },
      vault: crypto.vault,
      reader: crypto.reader,
      seal: crypto.seal,
      pepper: crypto.pepper,
      rules: {
        refuseExchangeUrl: (url) =>
          url === state.refusedUrl ? 'the host is not in allowedExchangeHosts' : undefined,
        exchangeAddress: (url) => new URL(url).host,
        refuseTokenEndpoint: (url) =>
          url === state.refusedUrl ? 'the host is not in allowedTokenHosts' : undefined,
      },
      exchange: server.exchange,
      autodiscover: server.autodiscover,
      ewsUrls: {
        async find(domain, notBefore) {
          const entry = state.cache.get(domain);
          return { ewsUrl: entry && entry.at >= notBefore ? entry.ewsUrl : undefined, toldBy: entry?.toldBy };
        },
        save: async (domain, found, at) => void state.cache.set(domain, { ...found, at }),
        async forget(domain) {
          state.cache.delete(domain);
          return {};
        },
      },
      loginFailures: {
        async reserve({ now, since, wanted, most, keys, device }) {
          const known = state.known.has(knownKey(device, keys.account));
          return (known ? [keys.own] : [keys.account, keys.address]).map((hmac) => {
            const recent = (state.failures.get(key(hmac)) ?? []).filter((at) => at >= since);
            const granted = Math.min(wanted, Math.max(0, most - recent.length));
            state.failures.set(key(hmac), [...recent, ...Array.from({ length: granted }, () => now)]);
            return { key: hmac, granted };
          });
        },
        async giveBack(at, unused) {
          for (const { key: hmac, count } of unused) {
            const times = [...(state.failures.get(key(hmac)) ?? [])];
            for (let n = 0; n < count; n += 1) times.splice(times.indexOf(at), 1);
            state.failures.set(key(hmac), times);
          }
        },
      },
      endpoints: {
        configuredPlatforms: () => ['apns'],
        async ensure() {
          if (state.endpoints === 'down') throw new DependencyUnavailable('sns', 'Down');
          if (state.endpoints === 'slow') clock.advance(18_000);
          return state.endpoint;
        },
      },
      registrations: {
        endpointArn: async () => undefined,
        async begin(request) {
          state.begins.push(request);
          const { addressHmac, device } = request;
          state.known.add(knownKey({ ...device, addressHmac }, device.accountHmac));
          if (state.spent) return undefined;
          return {
            registrationId: asId<RegistrationId>(testUuid(7001)),
            mailboxId: asId<MailboxId>(testUuid(6001)),
            ...state.begun,
          };
        },
        activate: async ({ subscriptionId }) => void state.activated.push(subscriptionId),
        abandon: async (request) => void state.abandoned.push(request),
        checkIn: async () => undefined,
        unregister: async () => {},
      },
      clock,
      timer: {
        within: (_ms, work) => Promise.race([work, state.timeEnds.then((): undefined => undefined)]),
        wait: async () => {},
      },
      ids,
    },
    {
      callbackBaseUrl: 'https://ens.example.com/api/ens/callback',
      callbackUrlCharacters: 2_083,
      credentialsBytes: 16_384,
      keyLifeMs: 30 * DAY_MS,
      registrationLifetimeMs: 30 * DAY_MS,
      statusFrequencyMinutes: 30,
      budgetMs: 20_000,
      folderIdSha256: sha256,
    },
  );
  return {
    state,
    clock,
    crypto,
    server,
    /** `as`: the id of the device that the credentials are bound to, and that registers unless told otherwise. */
    register: (changes: Partial<RegisterDeviceRequest> = {}, as = 'phone-1') => {
      crypto.binding = {
        challenge: state.challenge ?? `challenge-${clock.now()}`,
        device: { id: as, platform: 'apns', tokenSha256: sha256(TOKEN).toString('base64url') },
      };
      return register({
        device: { id: as, platform: 'apns', token: TOKEN },
        ewsUrl: EWS_URL,
        credentialsJwe: 'jwe.of.ann',
        preferences: { content: 'subject-and-sender', badge: true, sound: true },
        ...changes,
      });
    },
  };
}

/** Code of the refusal, or `ok`. */
export function codeOf(outcome: { ok: true } | { ok: false; refusal: { code: string } }): string {
  return outcome.ok ? 'ok' : outcome.refusal.code;
}

function knownKey(
  device: Record<'addressHmac' | 'idHmac' | 'tokenSha256', Uint8Array>,
  account: Uint8Array,
): string {
  return [device.addressHmac, device.idHmac, device.tokenSha256, account].map(key).join(':');
}

function key(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
