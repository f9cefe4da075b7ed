import { askForKey, checkAlive, checkHealth, checkToken } from '../doctor/api.ts';
import { caught, type Finding, failed, ok, skipped } from '../doctor/check.ts';
import { checkLink } from '../doctor/link.ts';
import { type Context, waitFor } from './context.ts';
import { checkFunctions } from './functions.ts';
import { checkGatewayLimit } from './gateway-limit.ts';
import type { Note } from './points.ts';
import { checkApplications, platformOf } from './push.ts';
import { checkRemoved } from './put-away.ts';
import { checkMail, type Registered, register } from './registration.ts';
import { checkRights } from './rights.ts';
import { checkAlarms, checkCounts } from './watching.ts';

/** All points in order. What one of them has made is put away in any case, and the last point says whether that worked. */
export async function verify(context: Context, note: Note): Promise<void> {
  const { functions, patient, tools } = context;
  await note('functions', () => checkFunctions(functions));
  await note('link', () => checkLink(patient));
  const alive = await note('alive', () => checkAlive(patient));
  if (alive.verdict !== 'ok') return;
  await note('limit', () => checkGatewayLimit(context));
  const token = await note('token', () => checkOwnToken(context));
  await note('health', () => checkHealth(patient, token.verdict === 'ok'));
  await note('key-pair', () => checkKeyPair(tools));
  await note('push', () => checkApplications(context));
  await note('rights', () => checkRights(context));

  let registered: Registered | undefined;
  try {
    await note('register', async () => {
      const registration = await registerPhone(context, token.verdict === 'ok');
      registered = registration.registered;
      return registration.finding;
    });
    const phone = registered;
    const { mailbox } = context;
    await note('mail', async () =>
      phone === undefined || mailbox === undefined
        ? skipped('It needs the registration.')
        : checkMail(context, mailbox, phone),
    );
    await note('counts', async () =>
      phone === undefined ? skipped('It needs the registration and the mail.') : checkCounts(context),
    );
    await note('alarms', () => checkAlarms(context));
  } finally {
    await note('removed', () => checkRemoved(context, registered));
  }
}

/** A token made a moment ago is known to every instance within seconds. */
async function checkOwnToken(context: Context): Promise<Finding> {
  const { patient } = context;
  const accepted = await waitFor({ ...context, waitMs: 15_000 }, async () => {
    const key = await askForKey(patient);
    return key.answered && key.status !== 401 ? key : undefined;
  });
  return checkToken(patient, accepted ?? (await askForKey(patient)));
}

async function checkKeyPair({ operator }: Context['tools']): Promise<Finding> {
  const usable = (await operator.listKeyPairs()).filter(({ retiredAt }) => retiredAt === undefined);
  return usable.length === 0
    ? failed('There is no usable key pair.', 'Run `ens upkeep run` and read the log of the upkeep function.')
    : ok(usable.length === 1 ? 'There is one key pair.' : `There are ${usable.length} key pairs.`);
}

async function registerPhone(context: Context, tokenAccepted: boolean) {
  const { mailbox } = context;
  const platform = platformOf(context);
  if (!tokenAccepted) return { finding: skipped('It needs an API token that ENS accepts.') };
  if (mailbox === undefined)
    return {
      finding: skipped('Name a mailbox: --email, and --ews-url where autodiscover does not tell it.'),
    };
  if (platform === undefined)
    return { finding: skipped('No push application is deployed; a browser has to register itself.') };
  return register(context, mailbox, platform);
}

/** A note for points that may fail by an outage of what they work with. */
export function guarded(note: Note): Note {
  return (point, work) => note(point, () => caught(work));
}
