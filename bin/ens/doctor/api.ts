import { callEns, codeIn, type EnsAnswer } from './call-ens.ts';
import { type Finding, failed, ok, skipped } from './check.ts';
import type { Patient } from './patient.ts';

/** `GET /alive`: is ENS what answers there? */
export async function checkAlive({ link, tools }: Patient): Promise<Finding> {
  const answer = await callEns(`${link}/alive`, { method: 'GET' });
  if (!answer.answered)
    return failed(
      `Nothing answers at the link address: ${answer.why}.`,
      'Is the link address right, and does a firewall or proxy on the way let it through?',
    );
  if (answer.status === 200 && answer.body?.status === 'ok')
    return ok(`ENS ${String(answer.body.version ?? '')} answers.`);
  const own = tools?.stack.outputs.ENSLinkAddress;
  return failed(
    answer.status >= 500
      ? `The gateway answers ${answer.status}: the function alive cannot run.`
      : `Something answers with ${answer.status}, but it is not ENS: the link address is wrong.`,
    answer.status >= 500
      ? 'Read the log of the function alive.'
      : `Use the output ENSLinkAddress of the service stack${own === undefined ? '' : `: ${own}`}. With a domain name of your own: does it point to this deployment’s gateway?`,
  );
}

/** `POST /getpublickey` with the token; the answer is what the phones start with. */
export async function askForKey({ link, apiToken }: Patient): Promise<EnsAnswer> {
  return callEns(`${link}/getpublickey`, { method: 'POST', apiToken, body: {} });
}

export async function checkToken(patient: Patient, asked: EnsAnswer | undefined): Promise<Finding> {
  if (asked === undefined) return skipped('No API token was given (--token).');
  if (!asked.answered) return failed(`No answer: ${asked.why}.`, 'Try again.');
  if (asked.status === 200) return ok('ENS accepts the token and hands out a public key.');
  if (asked.status === 401 && codeIn(asked.body) === 'API_TOKEN_INVALID')
    return failed(
      'ENS does not know this API token: it is wrong, or revoked.',
      'Compare ENSAPIToken in the clients’ configuration with what was shown when the token was made, or make a new one: `ens tokens create <label>`.',
      await validTokens(patient),
    );
  if (asked.status === 429)
    return failed(
      'ENS throttles calls (429).',
      'Wait a minute; if it stays so, raise registerRatePerSecond.',
    );
  return failed(
    `ENS answers ${asked.status} (${codeIn(asked.body) ?? 'no code'}) to a call with the token.`,
    'Deep health, below, tells what is wrong.',
  );
}

async function validTokens({ tools }: Patient): Promise<readonly string[] | undefined> {
  if (tools === undefined) return undefined;
  const valid = (await tools.operator.listTokens()).filter(({ revokedAt }) => revokedAt === undefined);
  return [`valid here: ${valid.map(({ label }) => `"${label}"`).join(', ') || 'none at all'}`];
}

const HEALTH_STEPS: Readonly<Record<string, string>> = {
  database:
    'Is the Aurora cluster available, and its Data API on? A paused one resumes within half a minute: try again.',
  wrappingKey: 'Enable the KMS key (output WrappingKeyArn), or cancel its deletion.',
  pushApplications:
    'Check Apple’s or Google’s credential in its secret, then deploy again. Apple’s certificates expire after a year.',
  keyPair: 'Run `ens upkeep run` and read the log of the upkeep function.',
  heartbeats: 'Run `ens upkeep run`; if most subscriptions are silent, Exchange does not reach ENS (below).',
};

/** `GET /alive?deep=true` */
export async function checkHealth({ link, apiToken }: Patient, tokenAccepted: boolean): Promise<Finding> {
  if (!tokenAccepted) return skipped('It needs an API token that ENS accepts.');
  const answer = await callEns(`${link}/alive?deep=true`, { method: 'GET', apiToken });
  if (!answer.answered) return failed(`No answer: ${answer.why}.`, 'Try again.');
  const checks = Object.entries(answer.body?.checks ?? {}).map(([name, value]) => readCheck(name, value));
  const bad = checks.filter(({ status }) => status !== 'ok');
  if (answer.status === 200 && checks.length > 0)
    return ok('Database, keys, push applications and heartbeats are well.');
  if (bad.length === 0) return failed(`ENS answers ${answer.status}.`, 'Read the log of the function alive.');
  return failed(
    `Not well: ${bad.map(({ name, detail }) => (detail === '' ? name : `${name} (${detail})`)).join('; ')}.`,
    bad.map(({ name }) => HEALTH_STEPS[name] ?? `Look into ${name}.`).join(' '),
  );
}

function readCheck(name: string, value: unknown): { name: string; status: string; detail: string } {
  const members = new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  const detail = members.get('detail');
  return { name, status: String(members.get('status')), detail: typeof detail === 'string' ? detail : '' };
}
