import type { DeviceTarget, EpochMs } from '../model/subscription.ts';
import type { Push } from '../ports/push.ts';
import type { WakeDue } from '../ports/upkeep-store.ts';
import { judgeOutage } from './outage.ts';
import type { UpkeepPorts, UpkeepSettings } from './ports.ts';
import { pushToDevices } from './push-to-devices.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const BEFORE_CREDENTIALS_END_MS = 10 * MINUTE_MS;
const OWNERLESS_MS = 24 * HOUR_MS;

/** What is sent at each stage, and how long after it the next stage is due. */
const STAGES: readonly { readonly push: Push; readonly nextAfterMs: number | undefined }[] = [
  { push: { type: 'wake' }, nextAfterMs: 2 * HOUR_MS },
  { push: { type: 'open-app' }, nextAfterMs: 22 * HOUR_MS },
  { push: { type: 'open-app' }, nextAfterMs: undefined },
];

/**
 * The heartbeat watch: who was silent for two intervals is lost, and the phones are asked to register again,
 * first silently, then visibly after two hours and once more after a day.
 */
export async function watchHeartbeats(
  ports: UpkeepPorts,
  settings: UpkeepSettings,
  endsAt: EpochMs,
): Promise<void> {
  const now = ports.clock.now();
  const pulse = await ports.store.pulse();
  const verdict = judgeOutage(pulse, now, settings.statusFrequencyMinutes);
  if (verdict.memory.silenceSince !== pulse.silenceSince || verdict.memory.resumedAt !== pulse.resumedAt)
    await ports.store.rememberOutage(verdict.memory, now);
  if (!verdict.verdictsAllowed) {
    ports.log.warn('verdicts-suspended', { activeSubscriptions: pulse.activeSubscriptions });
    return;
  }
  const seenBefore = now - 2 * settings.statusFrequencyMinutes * MINUTE_MS;
  for (;;) {
    const marked = await ports.store.markSilent({ seenBefore, now, limit: settings.batchSize });
    if (marked > 0) ports.metrics.count('SubscriptionLost', marked);
    if (marked < settings.batchSize || ports.clock.now() >= endsAt) return;
  }
}

/** Wakes whose time has come, of lost subscriptions and of credentials that end or lost their owner. */
export async function sendWakes(
  ports: UpkeepPorts,
  settings: UpkeepSettings,
  endsAt: EpochMs,
): Promise<void> {
  const now = ports.clock.now();
  await ports.store.scheduleCredentialWakes({
    now,
    credentialsEndBefore: now + BEFORE_CREDENTIALS_END_MS,
    ownerlessBefore: now - OWNERLESS_MS,
    limit: settings.batchSize,
  });
  while (ports.clock.now() < endsAt) {
    const due = await ports.store.wakesDue({ now, limit: settings.batchSize });
    if (due.length === 0) return;
    for (const [stage, { push, nextAfterMs }] of STAGES.entries())
      await wakeStage(
        ports,
        due.filter((wake) => wake.stage === stage),
        stage,
        push,
        nextAfterMs,
      );
    const finished = due.filter((wake) => wake.stage >= STAGES.length);
    await note(ports, finished, STAGES.length, undefined);
    if (due.length < settings.batchSize) return;
  }
}

async function wakeStage(
  ports: UpkeepPorts,
  wakes: readonly WakeDue[],
  stage: number,
  push: Push,
  nextAfterMs: number | undefined,
): Promise<void> {
  if (wakes.length === 0) return;
  const devices: readonly DeviceTarget[] = wakes.flatMap((wake) => wake.devices);
  // Noted first: a run that is killed in between sends one wake too few, and the next stage makes up for it,
  // rather than the same one to thousands of phones again and again.
  await note(
    ports,
    wakes,
    stage + 1,
    nextAfterMs === undefined ? undefined : ports.clock.now() + nextAfterMs,
  );
  const { delivered } = await pushToDevices(ports, devices, () => push);
  if (delivered > 0) ports.metrics.count('WakePushed', delivered);
}

async function note(
  ports: UpkeepPorts,
  wakes: readonly WakeDue[],
  stage: number,
  nextAt: EpochMs | undefined,
): Promise<void> {
  if (wakes.length === 0) return;
  await ports.store.woken({ subscriptionIds: wakes.map((wake) => wake.subscriptionId), stage, nextAt });
}
