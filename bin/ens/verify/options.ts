import * as z from 'zod';
import { CommandFailure, EXIT } from '../failure.ts';

/** Flags as commander spells them. */
export const VERIFY_OPTIONS: readonly (readonly [flags: string, description: string])[] = [
  [
    '--email <address>',
    'mailbox to register a made-up phone for; the password is asked for, or read with --password-fd',
  ],
  ['--ews-url <url>', 'EWS URL of that mailbox (default: autodiscover tells it)'],
  ['--username <name>', 'user name where it is not the address'],
  ['--domain <name>', 'Windows domain, for NTLM'],
  ['--sign-in <scheme>', 'how to sign in: basic or ntlm (default: basic; ntlm with --domain)'],
  ['--password-fd <number>', 'read the password from this file descriptor (through npm: 0)'],
  ['--token <token>', 'API token to use (default: one is made for this, and revoked at the end)'],
  ['--wait-seconds <number>', 'how long to wait for the mail, and for counts (default: 300)'],
];

const schema = z.coerce
  .number('is no number')
  .min(1, 'is less than 1')
  .max(3_600, 'is 3600 at most')
  .default(300);

export function readWaitMs(given: unknown): number {
  const result = schema.safeParse(given);
  if (result.success) return result.data * 1_000;
  throw new CommandFailure(
    EXIT.usage,
    `--wait-seconds ${result.error.issues[0]?.message ?? 'is not understood'}.`,
  );
}
