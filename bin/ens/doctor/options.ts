import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Credentials } from '#domain/model/credentials.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

/** Flags as commander spells them. */
export const DOCTOR_OPTIONS: readonly (readonly [flags: string, description: string])[] = [
  ['--link <url>', 'ENSLinkAddress of the clients (default: the stack’s own)'],
  ['--token <token>', 'ENSAPIToken of the clients'],
  ['--email <address>', 'mailbox to sign in to; the password is asked for, or read with --password-fd'],
  ['--ews-url <url>', 'EWS URL of the clients (default: autodiscover tells it)'],
  ['--username <name>', 'user name where it is not the address'],
  ['--domain <name>', 'Windows domain, for NTLM'],
  ['--sign-in <scheme>', 'how the phones sign in: basic or ntlm (default: basic; ntlm with --domain)'],
  ['--password-fd <number>', 'read the password from this file descriptor (through npm: 0)'],
  ['--extra-ca-file <pem>', 'authorities that Exchange’s certificate may come from besides the public ones'],
  ['--device <registrationId>', 'device that gets a visible test push'],
  ['--wait-seconds <number>', 'how long to wait for Exchange’s first callback (default: 150)'],
];

const schema = z.object({
  link: z.string().optional(),
  token: z.string().optional(),
  email: z
    .string()
    .regex(/^[^@\s]+@[^@\s]+$/, 'is no e-mail address')
    .optional(),
  ewsUrl: z.url({ protocol: /^https?$/, error: 'is no URL' }).optional(),
  username: z.string().min(1).optional(),
  domain: z.string().optional(),
  signIn: z.enum(['basic', 'ntlm'], { error: 'is basic or ntlm' }).optional(),
  passwordFd: z.coerce.number('is no number').int().min(0).optional(),
  extraCaFile: z.string().optional(),
  device: z.string().optional(),
  waitSeconds: z.coerce
    .number('is no number')
    .min(1)
    .max(280, 'is 280 at most: after five minutes a probe ends')
    .default(150),
});

export type DoctorOptions = z.infer<typeof schema>;

/** Throws CommandFailure that names the option, never its value. */
export function readDoctorOptions(given: Readonly<Record<string, unknown>>): DoctorOptions {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const name = String(issue?.path[0] ?? '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new CommandFailure(EXIT.usage, `--${name} ${issue?.message ?? 'is not understood'}.`);
}

/** Undefined without --email, or where nobody can be asked for the password. */
export async function readCredentials(
  options: DoctorOptions,
  terminal: Terminal,
): Promise<Credentials | undefined> {
  const { email, username = email, domain } = options;
  if (email === undefined || username === undefined) return undefined;
  const password =
    options.passwordFd === undefined
      ? await terminal.askSecret('Password: ')
      : readFirstLine(options.passwordFd);
  if (password === undefined || password === '') return undefined;
  const isNtlm = (options.signIn ?? (domain === undefined ? 'basic' : 'ntlm')) === 'ntlm';
  return {
    email,
    auth: isNtlm
      ? { type: 'ntlm', username, password, domain: domain ?? '' }
      : { type: 'basic', username, password },
  };
}

function readFirstLine(descriptor: number): string {
  try {
    return readFileSync(descriptor, 'utf8').split(/\r?\n/, 1)[0] ?? '';
  } catch {
    throw new CommandFailure(
      EXIT.usage,
      `File descriptor ${descriptor} cannot be read.`,
      'Through npm only 0 arrives: npm run ens -- doctor … --password-fd 0 < password.txt',
    );
  }
}
