import type { UpkeepPorts, UpkeepSettings } from './ports.ts';
import { PARALLEL, pushToDevices, reachedNobody } from './push-to-devices.ts';
import { inTurn, type Turn } from './turn.ts';

/**
 * A mailbox has 20 devices at most. The one that went for the 21st is told, visibly: a silent wake would make it come
 * back at once and push out the next one.
 */
export async function tellDeparted(ports: UpkeepPorts, settings: UpkeepSettings, turn: Turn): Promise<void> {
  const departed = await ports.store.departures(settings.batchSize);
  const tried = await inTurn(turn, PARALLEL, departed, async (device) => {
    const sent = await pushToDevices(ports, [device], () => ({ type: 'open-app' }));
    turn.note(reachedNobody(sent) ? 'failed' : 'done');
    return { registrationId: device.registrationId, isTold: !reachedNobody(sent) };
  });
  // Whom the push did not reach is told by a later run, for a day.
  const told = tried.filter(({ isTold }) => isTold).map(({ registrationId }) => registrationId);
  if (told.length > 0) await ports.store.departuresTold(told);
}
