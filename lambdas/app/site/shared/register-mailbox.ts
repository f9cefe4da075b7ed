/** Registering one mailbox, for the first time or again: the same for the page and for the service worker. */
import { type Answer, getPublicKey, type Problem, register } from './api.ts';
import { randomText } from './encoding.ts';
import { keptSignIn } from './kept-sign-in.ts';
import { type SignIn, sealCredentials } from './seal-credentials.ts';
import { type Mailbox, read, readMailboxes, saveMailbox, write } from './storage.ts';

/** What a registration says besides the sign-in. */
export type Wishes = Pick<Mailbox, 'content' | 'sound' | 'credentialsVersion'> & {
  /** Absent: the service looks for it. */
  readonly ewsUrl?: string | undefined;
};

export async function registerMailbox(
  signIn: SignIn,
  wishes: Wishes,
  subscription: string,
): Promise<Answer<Mailbox>> {
  const apiToken = (await read('apiToken')) ?? '';
  const device = { id: await deviceId(), platform: 'webpush', token: subscription } as const;
  const key = await getPublicKey(apiToken);
  if (!key.ok) return key;
  const { content, sound, credentialsVersion, ewsUrl } = wishes;
  const answer = await register(apiToken, {
    device,
    mailbox: ewsUrl === undefined ? {} : { ewsUrl },
    credentials: await sealCredentials(signIn, device, credentialsVersion, key.value),
    preferences: { content, badge: true, sound },
  });
  if (!answer.ok) return answer;
  const { email, username } = signIn;
  const mailbox = { ...answer.value, email, username, content, sound, credentialsVersion, subscription };
  await saveMailbox(mailbox);
  return { ok: true, value: mailbox };
}

export type Renewal =
  | { readonly kind: 'renewed' }
  /** Nothing is kept on this device: the user has to sign in. */
  | { readonly kind: 'sign-in-needed' }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** Registers a mailbox again with the sign-in that is kept for it. */
export async function renewMailbox(mailbox: Mailbox, subscription: string): Promise<Renewal> {
  const signIn = await keptSignIn(mailbox.email);
  if (signIn === undefined) return { kind: 'sign-in-needed' };
  const answer = await registerMailbox(signIn, mailbox, subscription);
  return answer.ok ? { kind: 'renewed' } : { kind: 'failed', problem: answer.problem };
}

/** Renews every mailbox whose time has come, or whose subscription the service does not know. */
export async function renewDue(subscription: string, all = false): Promise<readonly Renewal[]> {
  const due = (await readMailboxes()).filter(
    (mailbox) => all || Date.parse(mailbox.renewAfter) <= Date.now() || mailbox.subscription !== subscription,
  );
  const renewals: Renewal[] = [];
  // One after the other: two registrations of one device at once would only wait for each other.
  for (const mailbox of due) renewals.push(await renewMailbox(mailbox, subscription));
  return renewals;
}

async function deviceId(): Promise<string> {
  const known = await read('deviceId');
  if (known !== undefined) return known;
  const made = randomText();
  await write('deviceId', made);
  return made;
}
