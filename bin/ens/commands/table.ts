import { DOCTOR_OPTIONS } from '../doctor/options.ts';
import { PLAN_OPTIONS } from '../plan/options.ts';
import type { Done, Session } from '../session.ts';
import { VERIFY_OPTIONS } from '../verify/options.ts';
import { completion } from './completion.ts';
import { findDevices, removeDevice, showDevice } from './devices.ts';
import { doctor } from './doctor.ts';
import { listKeys, rotateKeys } from './keys.ts';
import { plan } from './plan.ts';
import { pushTest } from './push-test.ts';
import { status } from './status.ts';
import { createToken, listTokens, revokeToken } from './tokens.ts';
import { runUpkeep } from './upkeep.ts';
import { verify } from './verify.ts';
import { wake } from './wake.ts';

/** Values of a command's own options; a flag is true. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

export interface CommandRow {
  /** `status`, or group and command: `devices find`; then the arguments as commander spells them. */
  readonly usage: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly options?: readonly (readonly [flags: string, description: string])[];
  readonly run: (session: Session, args: readonly string[], options: Options) => Done;
}

const ID = '5b0c1f6e-7b1f-4c55-9a0e-2f7d6f1f9b11';

/** Words before a group's own commands. */
export const GROUPS: Readonly<Record<string, string>> = {
  devices: 'registered phones',
  tokens: 'API tokens of the clients (ENSAPIToken)',
  keys: 'key pairs that credentials are encrypted for',
  upkeep: 'the scheduled work',
};

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandRow[] = [
  {
    usage: 'doctor',
    description: 'check everything between phone and Exchange, in order, with a next step for what fails',
    examples: [
      'ens doctor --link https://ens.example.com/api/ens --token "$ENS_TOKEN"',
      'ens doctor --token "$ENS_TOKEN" --email ann@example.com --ews-url https://mail.example.com/EWS/Exchange.asmx',
      'ens doctor --local --token local-token --email ann@example.com --password-fd 0 < password.txt',
    ],
    options: DOCTOR_OPTIONS,
    run: (session, _args, options) => doctor(session, options),
  },
  {
    usage: 'verify',
    description:
      'go through a deployment point by point after it was made, with a phone and a mail; leaves nothing behind',
    examples: [
      'ens verify --email test@example.com --ews-url https://mail.example.com/EWS/Exchange.asmx > report.md',
      'ens verify --email test@example.com --json --password-fd 0 < password.txt',
      'ens verify --local',
    ],
    options: VERIFY_OPTIONS,
    run: (session, _args, options) => verify(session, options),
  },
  {
    usage: 'status',
    description: 'devices, subscriptions by state, heartbeats and key ages, and what needs somebody',
    examples: ['ens status', 'ens status --json | jq .subscriptions', 'ens status --local'],
    run: (session) => status(session),
  },
  {
    usage: 'plan',
    description: 'load, quotas to raise, settings and monthly bill of so many mailboxes; needs no deployment',
    examples: [
      'ens plan --mailboxes 5000 --region eu-central-1',
      'ens plan --mailboxes 100000 --mails 60 --devices 2 --json',
    ],
    options: PLAN_OPTIONS,
    run: async (session, _args, options) => plan(session, options),
  },
  {
    usage: 'devices find <email>',
    description: 'devices registered for an address (found by its HMAC; the address is stored nowhere)',
    examples: ['ens devices find ann@example.com'],
    run: (session, [email = '']) => findDevices(session, email),
  },
  {
    usage: 'devices show <registrationId>',
    description: 'everything known about one device',
    examples: [`ens devices show ${ID}`],
    run: (session, [id = '']) => showDevice(session, id),
  },
  {
    usage: 'devices remove <registrationId>',
    description: 'forget one device, as if its phone had unregistered',
    examples: [`ens devices remove ${ID}`, `ens devices remove ${ID} --yes`],
    options: [['--yes', 'do not ask']],
    run: (session, [id = ''], { yes }) => removeDevice(session, id, yes === true),
  },
  {
    usage: 'wake [registrationId]',
    description: 'ask phones to register again: those of one mailbox, or all after a restore from backup',
    examples: [`ens wake ${ID}`, 'ens wake --all', 'ens wake --all --yes'],
    options: [
      ['--all', 'every mailbox'],
      ['--yes', 'with --all: do not ask'],
    ],
    run: (session, [id], { all, yes }) => wake(session, id, { all: all === true, yes: yes === true }),
  },
  {
    usage: 'tokens create <label>',
    description: 'make an API token; it is shown this once',
    examples: [
      'ens tokens create "Boxer, 2026"',
      'ens tokens create "Web app" --link',
      'ens tokens create ci --json | jq -r .token',
    ],
    options: [['--link', 'print the link that enrols people in the web app, and a QR code of it']],
    run: (session, [label = ''], { link }) => createToken(session, label, link === true),
  },
  {
    usage: 'tokens list',
    description: 'all API tokens with their labels, never the tokens themselves',
    examples: ['ens tokens list'],
    run: (session) => listTokens(session),
  },
  {
    usage: 'tokens revoke <id>',
    description: 'end an API token within 60 seconds',
    examples: [`ens tokens revoke ${ID}`],
    run: (session, [id = '']) => revokeToken(session, id),
  },
  {
    usage: 'keys list',
    description: 'all key pairs with their ages and how many subscriptions hang on them',
    examples: ['ens keys list'],
    run: (session) => listKeys(session),
  },
  {
    usage: 'keys rotate',
    description: 'make a new key pair now; in an emergency retire another',
    examples: ['ens keys rotate', `ens keys rotate --retire ${ID} --yes`],
    options: [
      ['--retire <id>', 'never use this pair again: its subscriptions end and their phones are woken'],
      ['--yes', 'with --retire: yes, end them'],
    ],
    run: (session, _args, { retire, yes }) =>
      rotateKeys(session, typeof retire === 'string' ? retire : undefined, yes === true),
  },
  {
    usage: 'push-test <registrationId>',
    description: 'send a visible test push to one device',
    examples: [`ens push-test ${ID}`],
    run: (session, [id = '']) => pushTest(session, id),
  },
  {
    usage: 'upkeep run',
    description: 'run the scheduled work now and say what became of it',
    examples: ['ens upkeep run'],
    run: (session) => runUpkeep(session),
  },
  {
    usage: 'completion <shell>',
    description: 'a script that completes commands and options in bash or zsh',
    examples: ['ens completion bash', 'ens completion zsh'],
    run: (session, [shell = '']) => completion(session, shell, COMMANDS),
  },
];
