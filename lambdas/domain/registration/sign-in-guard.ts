import { type Outcome, refuse } from '../errors.ts';
import { mayFit, schemeOf, signInName } from '../model/credential-rules.ts';
import type { Credentials } from '../model/credentials.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { Pepper } from '../ports/crypto.ts';
import type { Exchange, ExchangeFailure, ExchangeResult } from '../ports/exchange.ts';
import type { LoginFailureStore } from '../ports/store.ts';
import type { Clock } from '../ports/system.ts';

const WINDOW_MS = 15 * 60_000;
const FAILURES_ALLOWED = 3;

export interface SignInGuardPorts {
  readonly exchange: Exchange;
  readonly loginFailures: LoginFailureStore;
  readonly pepper: Pepper;
  readonly clock: Clock;
}

/** The failed sign-ins of one user: how many there were lately, and those of this registration. */
export interface SignInCount {
  record(failures: number): Promise<void>;
}

/** Refuses locally where a user failed too often lately: Active Directory would lock the account. */
export async function limitSignIns(
  ports: Pick<SignInGuardPorts, 'loginFailures' | 'pepper' | 'clock'>,
  credentials: Credentials,
): Promise<Outcome<SignInCount>> {
  const userHmac = await ports.pepper.userHmac(signInName(credentials.email, credentials.auth));
  const failures = await ports.loginFailures.recent(userHmac, ports.clock.now() - WINDOW_MS);
  if (failures >= FAILURES_ALLOWED)
    return refuse(
      'TOO_MANY_ATTEMPTS',
      `Exchange refused this user ${FAILURES_ALLOWED} times in 15 minutes. Nothing was sent this time, to keep the account from being locked. Check the password and wait.`,
      { retryAfterSeconds: WINDOW_MS / 1000 },
    );
  const record = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) await ports.loginFailures.record(userHmac, ports.clock.now());
  };
  return { ok: true, value: { record } };
}

/** Asks the server without credentials: Basic, NTLM and bearer are sent only after a 401 that offers the scheme. */
export async function probeSchemes(
  ports: Pick<SignInGuardPorts, 'exchange'>,
  credentials: Credentials,
  ewsUrl: string,
  deadlineMs: EpochMs,
): Promise<ExchangeResult<void>> {
  const { auth } = credentials;
  const probed = await ports.exchange.probe({ ewsUrl, deadlineMs });
  if (!probed.ok) {
    return auth.type === 'certificate' && mayWantCertificate(probed.failure)
      ? { ok: true, value: undefined }
      : probed;
  }
  const { offered } = probed.value;
  return mayFit(auth, offered)
    ? { ok: true, value: undefined }
    : { ok: false, failure: { kind: 'unauthorized', offered, sent: schemeOf(auth), nothingSent: true } };
}

/** A server that wants a client certificate answers 403 to whoever shows none, or ends the handshake. */
function mayWantCertificate(failure: ExchangeFailure): boolean {
  return failure.kind === 'forbidden' || (failure.kind === 'tls' && failure.fault === 'unclear');
}
