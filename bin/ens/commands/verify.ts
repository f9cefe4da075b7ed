import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { IAMClient } from '@aws-sdk/client-iam';
import { SNSClient } from '@aws-sdk/client-sns';
import { VARIABLES } from '#contract';
import { type DoctorOptions, readCredentials, readDoctorOptions } from '../doctor/options.ts';
import { EXIT } from '../failure.ts';
import type { Done, Session } from '../session.ts';
import type { Tools } from '../tools.ts';
import type { Context } from '../verify/context.ts';
import { readFunctions } from '../verify/functions.ts';
import { type Mailbox, makeLocalMailbox } from '../verify/mailbox.ts';
import { readWaitMs } from '../verify/options.ts';
import { type Note, POINTS } from '../verify/points.ts';
import { type Noted, reportEnd, reportHead, reportLine } from '../verify/report.ts';
import { guarded, verify as verifyPoints } from '../verify/verify.ts';

/** `ens verify`: goes through a deployment as a person would after the first one, and leaves nothing behind. */
export async function verify(session: Session, given: Readonly<Record<string, unknown>>): Done {
  const { waitSeconds, ...rest } = given;
  const waitMs = readWaitMs(waitSeconds);
  const options = readDoctorOptions(rest);
  const tools = await session.tools();
  const mailbox = await mailboxFor(session, options);
  const token = options.token === undefined ? await makeToken(tools) : undefined;
  const noted: Noted[] = [];
  try {
    const apiToken = options.token ?? token?.text ?? '';
    const context = await createContext(session, tools, options, { apiToken, mailbox, waitMs });
    const at = new Date(tools.stack.now()).toISOString();
    if (!session.json) session.terminal.out(reportHead(tools.stack.place, at));
    await verifyPoints(context, guarded(noteInto(noted, session)));
  } finally {
    if (token !== undefined) await tools.operator.revokeToken(token.id, tools.stack.now());
    await mailbox?.remove();
  }
  const isWell = noted.every(({ verdict }) => verdict !== 'failed');
  session.show({ ok: isWell, place: tools.stack.place, points: noted }, () => reportEnd(noted));
  return isWell ? EXIT.ok : EXIT.problems;
}

function noteInto(noted: Noted[], session: Session): Note {
  return async (point, work) => {
    const startedAt = performance.now();
    const finding = await session.working(POINTS[point], work());
    const each = { point, ...finding, ms: Math.round(performance.now() - startedAt) };
    noted.push(each);
    if (!session.json) session.terminal.out(reportLine(each));
    return finding;
  };
}

/** The one that was named, or a throw-away one where a simulated Exchange can make it. */
async function mailboxFor(session: Session, options: DoctorOptions): Promise<Mailbox | undefined> {
  const { local } = session.choice;
  if (options.email === undefined) return local === undefined ? undefined : makeLocalMailbox(local);
  const credentials = await readCredentials(options, session.terminal);
  return credentials && { credentials, ewsUrl: options.ewsUrl, remove: async () => undefined };
}

async function makeToken({
  operator,
  stack,
}: Tools): Promise<{ readonly id: string; readonly text: string }> {
  const [id, text] = [randomUUID(), randomBytes(32).toString('base64url')];
  const sha256 = createHash('sha256').update(text).digest();
  const now = stack.now();
  await operator.createToken({ id, label: `ens verify, ${new Date(now).toISOString()}`, sha256, now });
  return { id, text };
}

async function createContext(
  session: Session,
  tools: Tools,
  options: DoctorOptions,
  { apiToken, mailbox, waitMs }: Pick<Context, 'mailbox' | 'waitMs'> & { readonly apiToken: string },
): Promise<Context> {
  const { stack } = tools;
  return {
    tools,
    functions: await readFunctions(stack),
    stage: tools.settings[VARIABLES.stage],
    clients: {
      cloudWatch: new CloudWatchClient({ ...stack.cloudWatch }),
      iam: new IAMClient({ ...stack.iam }),
      sns: new SNSClient({ ...stack.aws }),
    },
    patient: {
      link: stack.outputs.ENSLinkAddress,
      isLocal: session.choice.local !== undefined,
      apiToken,
      ewsUrl: mailbox?.ewsUrl,
      scheme: options.signIn ?? (options.domain === undefined ? 'basic' : 'ntlm'),
      credentials: mailbox?.credentials,
      device: undefined,
      waitMs,
      tools,
      withoutTools: '',
    },
    mailbox,
    startedAt: stack.now(),
    waitMs,
    interrupted: session.terminal.interruption(),
    tell: (sentence) => session.terminal.err(`${sentence}\n`),
  };
}
