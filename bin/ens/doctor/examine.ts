import { sendTestPush } from '../test-push.ts';
import { checkAccount } from './account.ts';
import { askForKey, checkAlive, checkHealth, checkToken } from './api.ts';
import { type CheckId, caught, type Finding, failed, ok, skipped } from './check.ts';
import { checkEwsFromEns } from './ews-from-ens.ts';
import { checkEws, checkLogin, discover, judgeDiscovery, type Login, wasRefused } from './exchange.ts';
import { checkLink } from './link.ts';
import type { FromHere, Patient } from './patient.ts';
import { checkProbe } from './probe.ts';

/** Runs one check and notes its finding. */
export type Note = (check: CheckId, work: () => Promise<Finding>) => Promise<Finding>;

/**
 * All checks, in order. None keeps the next from its turn; one that cannot be done without an earlier one is
 * skipped and says so. Without --ews-url autodiscover comes before EWS, since it is what tells the URL.
 */
export async function examine(patient: Patient, fromHere: FromHere, note: Note): Promise<void> {
  await note('link', () => checkLink(patient));
  const alive = await note('alive', () => checkAlive(patient));
  const isEns = alive.verdict === 'ok';
  const key = isEns && patient.apiToken !== undefined ? await askForKey(patient) : undefined;
  const token = await note('token', async () => (isEns ? checkToken(patient, key) : notEns()));
  await note('health', () => checkHealth(patient, token.verdict === 'ok'));
  await note('account', async () =>
    patient.tools === undefined
      ? skipped(`It needs access to the account. ${patient.withoutTools}`)
      : checkAccount(patient.tools.stack.lambda, 0),
  );

  let discovery: Awaited<ReturnType<typeof discover>>;
  const autodiscover = () =>
    note('autodiscover', async () => {
      discovery = await discover(patient, fromHere);
      return judgeDiscovery(patient, discovery);
    });
  if (patient.ewsUrl === undefined) await autodiscover();
  const ewsUrl = patient.ewsUrl ?? (discovery?.ok === true ? discovery.ewsUrl : undefined);
  const ews = await note('ews', () => checkEws(patient, fromHere, ewsUrl));
  await note('ews-from-ens', async () => (isEns ? checkEwsFromEns(patient, ewsUrl, key) : notEns()));
  if (patient.ewsUrl !== undefined) await autodiscover();

  let login: Login | undefined;
  await note('login', async () => {
    if (ews.verdict === 'failed') return skipped('EWS, above, does not take this sign-in from here.');
    login = await checkLogin(patient, fromHere, ewsUrl, wasRefused(discovery));
    return login.finding;
  });
  await note('probe', async () =>
    isEns ? checkProbe(patient, fromHere, ewsUrl, login?.inboxFolderId) : notEns(),
  );
  await note('push', () => checkPush(patient));
}

function notEns(): Finding {
  return skipped('ENS does not answer, see above.');
}

async function checkPush({ device, tools, withoutTools }: Patient): Promise<Finding> {
  if (device === undefined)
    return skipped('Name a device with --device; `ens devices find <email>` lists them.');
  if (tools === undefined) return skipped(`It needs access to the deployment. ${withoutTools}`);
  const sent = await sendTestPush(tools, device);
  switch (sent.kind) {
    case 'delivered':
      return ok('SNS accepted a test push; it should show on the phone now.');
    case 'unknown':
      return failed(
        'There is no such registration.',
        '`ens devices find <email>` lists those of one address.',
      );
    case 'failed':
      return failed(sent.reason, sent.nextStep);
  }
}

/** A note for checks that may fail by an outage of what they work with. */
export function guarded(note: Note): Note {
  return (check, work) => note(check, () => caught(work));
}
