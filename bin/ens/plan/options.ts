import * as z from 'zod';
import { CommandFailure, EXIT } from '../failure.ts';
import type { Rates } from './rates.ts';

/** Flags as commander spells them. */
export const PLAN_OPTIONS: readonly (readonly [flags: string, description: string])[] = [
  ['--mailboxes <number>', 'how many mailboxes (required)'],
  ['--mails <number>', 'new mails of a mailbox in a day (default: 40)'],
  [
    '--reads <number>',
    'mails read elsewhere in a day; 0 where no device shows a badge (default: as many as mails)',
  ],
  ['--moves <number>', 'mails moved or deleted in a day; 0 likewise (default: as many as mails)'],
  ['--heartbeats <number>', 'heartbeats of a mailbox in a day (default: by its quiet hours)'],
  ['--devices <number>', 'devices of a mailbox (default: 1)'],
  ['--check-ins <number>', 'how often a device asks for its state in a day (default: 2)'],
  ['--hosts <number>', 'Exchange hosts that share the mailboxes (default: 1)'],
  ['--status-frequency <minutes>', 'the setting statusFrequencyMinutes (default: 30)'],
];

const count = z.coerce.number('is no number').min(0, 'is less than 0');

const schema = z.object({
  mailboxes: z.coerce
    .number('is missing, or no number')
    .int('is no whole number')
    .min(1, 'is less than 1')
    .max(1_000_000_000, 'is more than there are people with a mailbox'),
  mails: count.default(40),
  reads: count.optional(),
  moves: count.optional(),
  heartbeats: count.optional(),
  devices: count.max(20, 'is 20 at most').default(1),
  checkIns: count.default(2),
  hosts: count.min(1, 'is less than 1').default(1),
  statusFrequency: z.coerce
    .number('is no number')
    .min(1, 'is less than 1')
    .max(1_440, 'is 1440 at most')
    .default(30),
});

/** Throws CommandFailure that names the option. */
export function readRates(given: Readonly<Record<string, unknown>>): Rates {
  const result = schema.safeParse(given);
  if (!result.success) {
    const [issue] = result.error.issues;
    const name = String(issue?.path[0] ?? '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new CommandFailure(
      EXIT.usage,
      `--${name} ${issue?.message ?? 'is not understood'}.`,
      'ens plan --help shows the options.',
    );
  }
  const { mailboxes, mails, reads, moves, heartbeats, devices, checkIns, hosts, statusFrequency } =
    result.data;
  return {
    mailboxes,
    mails,
    reads: reads ?? mails,
    moves: moves ?? mails,
    heartbeats,
    devicesPerMailbox: devices,
    checkInsPerDevice: checkIns,
    hosts,
    statusFrequencyMinutes: statusFrequency,
  };
}
