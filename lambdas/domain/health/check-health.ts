import { DependencyUnavailable } from '../errors.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { HealthStore, HealthView } from '../ports/store.ts';
import type { Clock } from '../ports/system.ts';

export interface HealthCheck {
  readonly status: 'ok' | 'failed';
  readonly detail?: string | undefined;
  readonly ms: number;
}

export interface Health {
  readonly status: 'ok' | 'degraded';
  readonly checks: Readonly<Record<string, HealthCheck>>;
}

export interface HealthPorts {
  readonly store: HealthStore;
  /** Undefined where the key is usable; else why not. */
  readonly wrappingKey: () => Promise<string | undefined>;
  /** Undefined where every configured application is enabled; else which is not. */
  readonly pushApplications: () => Promise<string | undefined>;
  readonly clock: Clock;
}

/**
 * The deep form of `alive`: database, wrapping key, push applications, newest key pair, oldest missed heartbeat.
 * Every check runs, and none throws; details are codes, never messages of a dependency.
 */
export async function checkHealth(
  ports: HealthPorts,
  settings: { readonly keyRotationMs: number; readonly statusFrequencyMinutes: number },
): Promise<Health> {
  let view: HealthView | undefined;
  const [database, wrappingKey, pushApplications] = await Promise.all([
    timed(ports.clock, async () => {
      view = await ports.store.health();
      return undefined;
    }),
    timed(ports.clock, ports.wrappingKey),
    timed(ports.clock, ports.pushApplications),
  ]);
  const now = ports.clock.now();
  const checks: Record<string, HealthCheck> = {
    database,
    wrappingKey,
    pushApplications,
    keyPair: verdict(
      view === undefined ? 'not known without the database' : keyPairFault(view, now, settings.keyRotationMs),
    ),
    heartbeats: verdict(
      view === undefined
        ? 'not known without the database'
        : heartbeatFault(view, now, settings.statusFrequencyMinutes),
    ),
  };
  const ok = Object.values(checks).every((check) => check.status === 'ok');
  return { status: ok ? 'ok' : 'degraded', checks };
}

/** A pair that should have had a successor twice over: upkeep does not run. */
function keyPairFault(view: HealthView, now: EpochMs, keyRotationMs: number): string | undefined {
  if (view.newestKeyPairCreatedAt === undefined) return 'there is no key pair; upkeep has not run yet';
  const ageMs = now - view.newestKeyPairCreatedAt;
  return ageMs > 2 * keyRotationMs
    ? `the newest key pair is ${Math.floor(ageMs / 3_600_000)} hours old; upkeep does not rotate it`
    : undefined;
}

function heartbeatFault(view: HealthView, now: EpochMs, statusFrequencyMinutes: number): string | undefined {
  if (view.oldestSeenAt === undefined) return undefined;
  const silentMinutes = Math.floor((now - view.oldestSeenAt) / 60_000);
  return silentMinutes > 2 * statusFrequencyMinutes + 5
    ? `an active subscription is silent for ${silentMinutes} minutes; upkeep should have marked it lost`
    : undefined;
}

function verdict(fault: string | undefined): HealthCheck {
  return fault === undefined ? { status: 'ok', ms: 0 } : { status: 'failed', detail: fault, ms: 0 };
}

async function timed(clock: Clock, check: () => Promise<string | undefined>): Promise<HealthCheck> {
  const startedAt = clock.now();
  const fault = await check().catch((error: unknown) =>
    error instanceof DependencyUnavailable ? error.code : 'unexpected failure',
  );
  return { ...verdict(fault), ms: clock.now() - startedAt };
}
