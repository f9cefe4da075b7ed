/** What the user can do. Each action ends with a screen or a notice, never with silence. */
import { checkIn, type Problem, unregister } from './shared/api.ts';
import { randomText } from './shared/encoding.ts';
import { keepSignIn, keptSignIn } from './shared/kept-sign-in.ts';
import { subscribe } from './shared/push-subscription.ts';
import { registerMailbox } from './shared/register-mailbox.ts';
import type { SignIn } from './shared/seal-credentials.ts';
import { forgetMailbox, forgetSignIn, type Mailbox, read, readMailboxes } from './shared/storage.ts';
import type { Texts } from './shared/texts.ts';
import type { MailboxState, Store } from './state.ts';

export interface SignInForm extends SignIn {
  readonly ewsUrl: string;
  readonly keep: boolean;
}

export interface Actions {
  signIn(form: SignInForm): Promise<void>;
  savePreferences(mailbox: Mailbox, wishes: Pick<Mailbox, 'content' | 'sound'>): Promise<void>;
  remove(mailbox: Mailbox): Promise<void>;
  test(): Promise<void>;
  refresh(): Promise<void>;
}

export function createActions(
  store: Store,
  texts: Texts,
  worker: Promise<ServiceWorkerRegistration>,
): Actions {
  const fail = (text: string) => store.set({ notice: { kind: 'error', text } });

  function failWith({ code, detail }: Problem): void {
    if (code === 'NETWORK') fail(texts.network);
    else if (code === 'API_TOKEN_INVALID') fail(texts.tokenRefused);
    else fail(detail === '' ? texts.failed.replace('%1', code) : detail);
  }

  /** Buttons wait while `work` runs; what it throws becomes a notice. */
  async function busy(work: () => Promise<void>): Promise<void> {
    store.set({ busy: true, notice: undefined });
    try {
      await work();
    } catch (error) {
      fail(texts.failed.replace('%1', error instanceof Error ? error.name : 'unknown'));
    } finally {
      store.set({ busy: false });
    }
  }

  /** Undefined where the user or the browser refuses; the notice says so. */
  async function subscription(): Promise<string | undefined> {
    // Safari asks only while it handles the user's tap: nothing may be awaited before this.
    if ((await Notification.requestPermission()) !== 'granted') {
      fail(texts.permissionDenied);
      return undefined;
    }
    const key = await read('applicationServerKey');
    return key === undefined ? undefined : subscribe(await worker, key);
  }

  async function refresh(): Promise<void> {
    const apiToken = (await read('apiToken')) ?? '';
    const mailboxes = await readMailboxes();
    store.set({ mailboxes: mailboxes.map((mailbox) => ({ mailbox, state: 'checking' })) });
    const shown = await Promise.all(
      mailboxes.map(async (mailbox) => ({ mailbox, state: await stateOf(apiToken, mailbox) })),
    );
    store.set({ mailboxes: shown });
  }

  return {
    refresh,
    signIn: ({ ewsUrl, keep, ...signIn }) =>
      busy(async () => {
        const token = await subscription();
        if (token === undefined) return;
        const known = (await readMailboxes()).find(({ email }) => email === signIn.email);
        const answer = await registerMailbox(
          signIn,
          {
            content: known?.content ?? 'subject-and-sender',
            sound: known?.sound ?? true,
            credentialsVersion: randomText(),
            ewsUrl: ewsUrl === '' ? undefined : ewsUrl,
          },
          token,
        );
        if (!answer.ok) return failWith(answer.problem);
        await (keep ? keepSignIn(signIn) : forgetSignIn(signIn.email));
        store.set({
          screen: { name: 'mailboxes' },
          notice: { kind: 'done', text: `${signIn.email}: ${texts.stateActive}` },
        });
        await refresh();
      }),
    savePreferences: (mailbox, wishes) =>
      busy(async () => {
        const signIn = await keptSignIn(mailbox.email);
        if (signIn === undefined) return store.set({ screen: { name: 'sign-in', again: mailbox } });
        const answer = await registerMailbox(signIn, { ...mailbox, ...wishes }, mailbox.subscription);
        if (!answer.ok) return failWith(answer.problem);
        store.set({ screen: { name: 'mailboxes' }, notice: { kind: 'done', text: texts.saved } });
        await refresh();
      }),
    remove: (mailbox) =>
      busy(async () => {
        const answer = await unregister((await read('apiToken')) ?? '', mailbox.registrationId);
        if (!answer.ok && answer.problem.code !== 'REGISTRATION_UNKNOWN') return failWith(answer.problem);
        await forgetMailbox(mailbox.email);
        store.set({ screen: { name: 'mailboxes' }, notice: { kind: 'done', text: texts.removed } });
        await refresh();
      }),
    test: () =>
      busy(async () => {
        if ((await Notification.requestPermission()) !== 'granted') return fail(texts.permissionDenied);
        const registration = await worker;
        await registration.showNotification(texts.testTitle, { body: texts.testBody, tag: 'test' });
        store.set({ notice: { kind: 'done', text: texts.testShown } });
      }),
  };
}

async function stateOf(apiToken: string, { registrationId }: Mailbox): Promise<MailboxState> {
  const answer = await checkIn(apiToken, registrationId);
  if (answer.ok) return answer.value.status;
  return answer.problem.code === 'REGISTRATION_UNKNOWN' ? 'unknown' : 'unreachable';
}
