import { type Outcome, refuse } from '../errors.ts';
import { accountName, plainAddress } from '../model/account-name.ts';
import type { Credentials } from '../model/credentials.ts';
import type { Platform } from '../model/preferences.ts';
import type { Pepper } from '../ports/crypto.ts';
import type { LoginFailureStore } from '../ports/store.ts';
import type { Clock } from '../ports/system.ts';

const WINDOW_MS = 15 * 60_000;
const FAILURES_ALLOWED = 3;
/** Failed sign-ins that one registration may cost. */
const MOST_PER_CALL = 2;

export interface SignInLimitPorts {
  readonly loginFailures: LoginFailureStore;
  readonly pepper: Pepper;
  readonly clock: Clock;
}

/** The device that registers, as the database knows it. */
export interface RegisteringDevice {
  readonly idHmac: Uint8Array;
  readonly platform: Platform;
  readonly tokenSha256: Uint8Array;
}

/** What one registration may still cost the account. */
export interface SignInAllowance {
  /** Whom these credentials sign in as, under the pepper. */
  readonly accountHmac: Uint8Array;
  /** Sign-ins that may yet fail. */
  left(): number;
  failed(count: number): void;
  /** What did not fail is free again. Throws DependencyUnavailable('database'). */
  giveBack(): Promise<void>;
}

/** Nothing more is sent to Exchange for now. */
export function refuseAttempts() {
  return refuse(
    'TOO_MANY_ATTEMPTS',
    `Exchange refused this account or address ${FAILURES_ALLOWED} times in 15 minutes. Nothing more was sent this time, to keep the account from being locked. Check the password and wait.`,
    { retryAfterSeconds: WINDOW_MS / 1000 },
  );
}

/**
 * Reserves the failures before anything is sent: Active Directory locks accounts, and guesses come in parallel. Counted
 * by account, however it is written, and by address. A device that was registered for this mailbox with this account
 * has three of its own, so that callers unknown cannot lock its user out.
 */
export async function limitSignIns(
  ports: SignInLimitPorts,
  credentials: Credentials,
  device: RegisteringDevice,
): Promise<Outcome<SignInAllowance>> {
  const { pepper, loginFailures } = ports;
  const now = ports.clock.now();
  const address = plainAddress(credentials.email);
  // Without a password there is no account to lock: the address stands for it.
  const account = await pepper.userHmac(`account:${accountName(credentials) ?? `:${address}`}`);
  const ids = [device.idHmac, device.tokenSha256, account].map((id) => Buffer.from(id).toString('base64url'));
  const taken = await loginFailures.reserve({
    now,
    since: now - WINDOW_MS,
    wanted: MOST_PER_CALL,
    most: FAILURES_ALLOWED,
    keys: {
      own: await pepper.userHmac(`device:${ids.join(':')}`),
      account,
      address: await pepper.userHmac(`address:${address}`),
    },
    device: { ...device, addressHmac: await pepper.addressHmac(credentials.email) },
  });
  const allowed = Math.min(MOST_PER_CALL, ...taken.map(({ granted }) => granted));
  let failures = 0;
  const giveBack = async (): Promise<void> => {
    const unused = taken.map(({ key, granted }) => ({ key, count: granted - Math.min(failures, granted) }));
    if (unused.some(({ count }) => count > 0)) await loginFailures.giveBack(now, unused);
  };
  if (allowed === 0) {
    await giveBack();
    return refuseAttempts();
  }
  const left = (): number => allowed - failures;
  const failed = (count: number): void => {
    failures += count;
  };
  return { ok: true, value: { accountHmac: account, left, failed, giveBack } };
}
