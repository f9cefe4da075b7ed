import type { Push } from '../ports/push.ts';
import type { WakeDue } from '../ports/upkeep-store.ts';
import { judgeOutage } from './outage.ts';
import type { UpkeepPorts, UpkeepSettings } from './ports.ts';
import { PARALLEL, pushToDevices, reachedNobody } from './push-to-devices.ts';
import { inTurn, type Turn } from './turn.ts';

const MINUTE_MS = 60_000;
/** Wakes that are noted together and then sent: what a run that is killed in between can lose. */
const NOTED_TOGETHER = 50;
/** Behind the wakes that are due already; less than the five minutes to the next run. */
const AGAIN_AFTER_MS = 4 * MINUTE_MS;
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
  turn: Turn,
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
    if (marked < settings.batchSize || turn.isOver()) return;
  }
}

/** Wakes whose time has come, of lost subscriptions and of credentials that end or lost their owner. */
export async function sendWakes(ports: UpkeepPorts, settings: UpkeepSettings, turn: Turn): Promise<void> {
  const now = ports.clock.now();
  await ports.store.scheduleCredentialWakes({
    now,
    credentialsEndBefore: now + BEFORE_CREDENTIALS_END_MS,
    ownerlessBefore: now - OWNERLESS_MS,
    limit: settings.batchSize,
  });
  while (!turn.isOver()) {
    const due = await ports.store.wakesDue({ now, limit: settings.batchSize });
    const finished = due.filter((wake) => wake.stage >= STAGES.length);
    await note(ports, finished, STAGES.length, undefined);
    for (const [stage, { push, nextAfterMs }] of STAGES.entries()) {
      const wakes = due.filter((wake) => wake.stage === stage);
      for (let from = 0; from < wakes.length && !turn.isOver(); from += NOTED_TOGETHER)
        await wakeSome(ports, turn, wakes.slice(from, from + NOTED_TOGETHER), { stage, push, nextAfterMs });
    }
    if (due.length < settings.batchSize) return;
  }
}

async function wakeSome(
  ports: UpkeepPorts,
  turn: Turn,
  wakes: readonly WakeDue[],
  { stage, push, nextAfterMs }: { readonly stage: number } & (typeof STAGES)[number],
): Promise<void> {
  const nextAt = nextAfterMs === undefined ? undefined : ports.clock.now() + nextAfterMs;
  // Noted first: a run that is killed in between sends one wake too few, and the next stage makes up for it,
  // rather than the same one to thousands of phones again and again.
  await note(ports, wakes, stage + 1, nextAt);
  const begun = await inTurn(turn, PARALLEL, wakes, async (wake) => {
    const sent = await pushToDevices(ports, wake.devices, () => push);
    turn.note(reachedNobody(sent) ? 'failed' : 'done');
    return { wake, sent };
  });
  const delivered = begun.reduce((sum, { sent }) => sum + sent.delivered, 0);
  if (delivered > 0) ports.metrics.count('WakePushed', delivered);
  const reached = new Set(begun.filter(({ sent }) => !reachedNobody(sent)).map(({ wake }) => wake));
  // Whom the push did not reach is woken again by the next run, at the same stage.
  await note(
    ports,
    wakes.filter((wake) => !reached.has(wake)),
    stage,
    ports.clock.now() + AGAIN_AFTER_MS,
  );
}

async function note(
  ports: UpkeepPorts,
  wakes: readonly WakeDue[],
  stage: number,
  nextAt: number | undefined,
): Promise<void> {
  if (wakes.length === 0) return;
  await ports.store.woken({
    subscriptionIds: wakes.map(({ subscriptionId }) => subscriptionId),
    stage,
    nextAt,
  });
}
