import { at, type RegisteredPhone, type TestWorld } from './world.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

type Row = Readonly<Record<string, unknown>>;

/** Subscription rows of the mailbox that a registration belongs to, oldest first. */
export async function subscriptionRows(the: TestWorld, registrationId: string): Promise<readonly Row[]> {
  const [device] = (await the.rows('devices')).filter((row) => row.id === registrationId);
  return (await the.rows('subscriptions'))
    .filter((row) => device !== undefined && row.mailbox_id === device.mailbox_id)
    .toSorted((a, b) => Number(a.created_at) - Number(b.created_at));
}

/** What the app is told at its start. */
export async function status(the: TestWorld, registrationId: string): Promise<unknown> {
  const { body } = await the.client.call('GET', `/register/${registrationId}`);
  return at(body, 'code') ?? at(body, 'status');
}

/** `ens.type` of everything that reached a phone, in order. */
export function kinds(the: TestWorld, { phone }: RegisteredPhone): readonly unknown[] {
  return the.notifications(phone).map(({ payload }) => at(payload, 'ens', 'type'));
}

/** Subject lines (or neutral texts) that a phone showed, in order. */
export function texts(the: TestWorld, { phone }: RegisteredPhone): readonly unknown[] {
  return the.notifications(phone).flatMap(({ payload }) => at(payload, 'aps', 'alert', 'body') ?? []);
}

/** How Exchange sees the mailbox's subscriptions, oldest first: `active`, `retrying`, or why one ended. */
export function inExchange(the: TestWorld, email: string): readonly string[] {
  return the.world.exchange.subscriptions(email).map(({ state, ended }) => ended ?? state);
}

/** Moves the world's clock and waits until what that set off has settled. */
export async function later(the: TestWorld, ms: number): Promise<void> {
  await the.world.clock.advance(ms);
  await the.world.exchange.idle();
}

/** Between tests: Exchange watches nothing and nobody is registered, so that moving the clock stays quick. */
export async function endEverything(the: TestWorld): Promise<void> {
  the.world.faults.clear();
  the.world.exchange.restart();
  await the.world.aws.database.query('DELETE FROM devices');
}
