import type { PhonePlatform } from '../aws/phones.ts';
import type { World } from '../world/world.ts';
import { type ControlCall, ControlError } from './http.ts';

const SNS_PLATFORMS: readonly PhonePlatform[] = ['apns', 'apns-sandbox', 'fcm'];
const LONGEST_WAIT_MS = 60_000;

/**
 * What reached a phone. With `?atLeast=n` the answer waits until so many are there, `&timeoutMs=` at most
 * (10 s unless told), and then gives what there is.
 */
export async function notificationsOf(world: World, { value, query }: ControlCall): Promise<unknown> {
  const read = reader(world, value('platform'), value('token'));
  const [atLeast, timeoutMs] = [numberIn(query, 'atLeast', 0), numberIn(query, 'timeoutMs', 10_000)];
  if (read().length < atLeast) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(timeoutMs, LONGEST_WAIT_MS));
    const stop = world.events.on((event) => {
      if (event.kind === 'push' && read().length >= atLeast) resolve();
    });
    await promise;
    clearTimeout(timer);
    stop();
  }
  return read();
}

/** What reads the notifications of one phone or of one simulated browser. */
function reader(world: World, platform: string, token: string): () => readonly unknown[] {
  if (platform === 'webpush') return () => world.pushService.browser(token)?.shown() ?? [];
  const sns = SNS_PLATFORMS.find((name) => name === platform);
  if (sns === undefined)
    throw new ControlError(404, `The platform has to be one of ${SNS_PLATFORMS.join(', ')}, webpush.`);
  return () => world.aws.phones.notifications(sns, token);
}

function numberIn(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ControlError(400, `${name} has to be a whole number.`);
}
