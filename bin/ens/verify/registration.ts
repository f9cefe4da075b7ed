import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { asId, type RegistrationId } from '#domain/model/ids.ts';
import type { DeviceInfo } from '#domain/ports/operator-store.ts';
import { callEns, codeIn, detailIn } from '../doctor/call-ens.ts';
import { type Finding, failed, ok } from '../doctor/check.ts';
import { sealCredentials } from '../seal-credentials.ts';
import { type Context, waitFor } from './context.ts';
import { hasCount } from './counts.ts';
import type { Mailbox } from './mailbox.ts';
import type { SnsPlatform } from './push.ts';

const SECOND_MS = 1_000;

/** A registration of a made-up phone, as it stands before any mail. */
export interface Registered {
  readonly id: RegistrationId;
  readonly endpointArn: string;
  readonly before: Pick<DeviceInfo, 'unread' | 'unreadAt'> & { readonly lastSeenAt: number | undefined };
}

export interface Registration {
  readonly finding: Finding;
  readonly registered?: Registered;
}

/** Registers a phone that does not exist, with a push token that nobody has, for this mailbox. */
export async function register(
  { patient, tools }: Context,
  { credentials, ewsUrl }: Mailbox,
  platform: SnsPlatform,
): Promise<Registration> {
  const call = (path: string, body: unknown) =>
    callEns(`${patient.link}${path}`, { method: 'POST', apiToken: patient.apiToken, body });
  const device = {
    id: `ens-verify-${randomBytes(8).toString('hex')}`,
    platform,
    token: randomBytes(32).toString('hex'),
  };
  const key = await call('/getpublickey', {});
  const sealed =
    key.answered && key.status === 200
      ? await sealCredentials(key.body ?? {}, device, { ...credentials })
      : undefined;
  if (sealed === undefined)
    return { finding: failed('ENS handed out no public key.', 'See the points before this one.') };
  const answer = await call('/register', {
    device,
    mailbox: ewsUrl === undefined ? {} : { ewsUrl },
    credentials: sealed,
    preferences: { content: 'none', badge: true, sound: false },
  });
  if (!answer.answered) return { finding: failed(`No answer: ${answer.why}.`, 'Try again.') };
  const id = answer.body?.registrationId;
  if (answer.status !== 201 || typeof id !== 'string')
    return {
      finding: failed(
        `ENS answers ${answer.status} ${codeIn(answer.body) ?? ''}. ${detailIn(answer.body)}`,
        'Run `ens doctor` with the same options: it finds the step that fails.',
      ),
    };
  const stored = await tools.operator.showDevice(asId<RegistrationId>(id));
  if (stored?.subscription?.state !== 'active')
    return {
      finding: failed(
        'The registration is not active in the database.',
        'Read the log of the register function.',
      ),
    };
  return {
    finding: ok(`A made-up ${platform} phone is registered, and Exchange has accepted the subscription.`),
    registered: {
      id: stored.registrationId,
      endpointArn: stored.endpointArn,
      before: {
        unread: stored.unread,
        unreadAt: stored.unreadAt,
        lastSeenAt: stored.subscription.lastSeenAt,
      },
    },
  };
}

/**
 * A mail arrives, or is sent by a person, and Exchange tells ENS. A newer unread count in the database shows it; where the
 * clock of Exchange is behind, a callback of this subscription together with the count of callbacks that are no heartbeat.
 */
export async function checkMail(
  context: Context,
  { deliver }: Mailbox,
  { id, before }: Registered,
): Promise<Finding> {
  const { tools, waitMs } = context;
  const waits = `${Math.round(waitMs / 1_000)} s`;
  // Exchange tells times in whole seconds: a mail in the second of the registration would look older than it.
  await pause(SECOND_MS - (tools.stack.now() % SECOND_MS));
  if (deliver === undefined)
    context.tell(
      `Send a mail to the mailbox now, from anywhere. Waiting for Exchange to report it, ${waits} at most.`,
    );
  else await deliver();
  const seen = await waitFor(context, async () => {
    const device = await tools.operator.showDevice(id);
    if (device?.unread !== before.unread || device?.unreadAt !== before.unreadAt) return true;
    if (device?.subscription?.lastSeenAt === before.lastSeenAt) return undefined;
    return (await hasCount(context, { functionId: 'callback', name: 'CallbackHandled' })) || undefined;
  });
  return seen === undefined
    ? failed(
        `Exchange reported no new mail in ${waits}.`,
        'Did the mail arrive in the Inbox? Then run `ens doctor` with the same options: its check "Exchange calls back" tells which address the Exchange servers have to reach.',
      )
    : ok('Exchange reported the mail, and ENS handled the callback.');
}
