import type { PhonePlatform } from '../aws/phones.ts';
import type { World } from '../world/world.ts';
import { type ControlCall, ControlError } from './http.ts';

const PLATFORMS: readonly PhonePlatform[] = ['apns', 'apns-sandbox', 'fcm'];
const LONGEST_WAIT_MS = 60_000;

/**
 * What reached a phone. With `?atLeast=n` the answer waits until so many are there, `&timeoutMs=` at most
 * (10 s unless told), and then gives what there is.
 */
export async function notificationsOf(world: World, { value, query }: ControlCall): Promise<unknown> {
  const platform = PLATFORMS.find((name) => name === value('platform'));
  if (platform === undefined) {
    throw new ControlError(404, `The platform has to be one of ${PLATFORMS.join(', ')}.`);
  }
  const [atLeast, timeoutMs] = [numberIn(query, 'atLeast', 0), numberIn(query, 'timeoutMs', 10_000)];
  const read = () => world.aws.phones.notifications(platform, value('token'));
  if (read().length < atLeast) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(timeoutMs, LONGEST_WAIT_MS));
    const stop = world.aws.phones.onDelivered(() => {
      if (read().length >= atLeast) resolve();
    });
    await promise;
    clearTimeout(timer);
    stop();
  }
  return read();
}

function numberIn(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ControlError(400, `${name} has to be a whole number.`);
}
