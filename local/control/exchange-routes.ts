import * as z from 'zod';
import type { World } from '../world/world.ts';
import { ControlError, type ControlRoutes, route, routeWithBody } from './http.ts';

const text = z.string().min(1);
const newMailbox = z.strictObject({
  email: z.string().regex(/^[^@\s]+@[^@\s]+$/, 'an e-mail address is expected'),
  password: text,
  username: text.optional(),
});
const newMessage = z.strictObject({
  from: z.strictObject({ name: z.string().optional(), address: z.string().optional() }).optional(),
  subject: z.string().optional(),
  body: z.string().optional(),
});
const mailboxChanges = z.strictObject({ password: text.optional(), fault: z.string().optional() });
const messageChanges = z.strictObject({ isRead: z.boolean().optional(), folder: text.optional() });

function known({ exchange }: World, email: string): string {
  if (exchange.mailboxes.find(email) !== undefined) return email;
  throw new ControlError(
    404,
    'There is no such mailbox; POST /local/exchange/mailboxes {"email","password"} makes one.',
  );
}

function knownItem(world: World, email: string, itemId: string): string {
  const { mailboxes } = world.exchange;
  if (mailboxes.item(mailboxes.get(known(world, email)), itemId) !== undefined) return itemId;
  throw new ControlError(404, 'There is no such message; POST …/messages makes one and answers its itemId.');
}

function failMailbox({ exchange }: World, email: string, fault: string): void {
  try {
    exchange.failMailbox(email, fault === '' ? undefined : fault);
  } catch (error) {
    throw new ControlError(400, error instanceof Error ? error.message : String(error));
  }
}

const MAILBOX = '/local/exchange/mailboxes/{email}';
const MESSAGE = `${MAILBOX}/messages/{itemId}`;

/** Drives the simulated Exchange as its users and administrators would. */
export const EXCHANGE_ROUTES: ControlRoutes = {
  'GET /local/exchange/mailboxes': route(
    'every mailbox: `[{"email","ewsUrl","unread"}]`',
    ({ world: { exchange } }) =>
      exchange.mailboxes.all().map((mailbox) => ({
        email: mailbox.email,
        ewsUrl: exchange.ewsUrl(mailbox.email),
        unread: exchange.mailboxes.unread(mailbox, 'inbox'),
      })),
  ),
  'POST /local/exchange/mailboxes': routeWithBody(
    'makes a mailbox: `{"email","ewsUrl"}`',
    newMailbox,
    ({ world: { exchange } }, mailbox) => {
      if (exchange.mailboxes.find(mailbox.email) !== undefined) {
        throw new ControlError(
          409,
          'That mailbox exists; PATCH /local/exchange/mailboxes/{email} changes it.',
        );
      }
      exchange.mailboxes.create(mailbox);
      return { email: mailbox.email, ewsUrl: exchange.ewsUrl(mailbox.email) };
    },
  ),
  [`PATCH ${MAILBOX}`]: routeWithBody(
    'changes the password, or makes every call for this mailbox fail with a word of the faults of `ews`, until the empty word',
    mailboxChanges,
    ({ world }, { password, fault }, { value }) => {
      const email = known(world, value('email'));
      if (password !== undefined) world.exchange.changePassword(email, password);
      if (fault !== undefined) failMailbox(world, email, fault);
      return null;
    },
  ),
  [`DELETE ${MAILBOX}`]: route('removes the mailbox', ({ world }, { value }) => {
    world.exchange.mailboxes.remove(known(world, value('email')));
    return null;
  }),
  [`GET ${MAILBOX}/messages`]: route(
    'its messages: `[{"itemId","folder","from","subject","isRead"}]`',
    ({ world }, { value }) =>
      [...world.exchange.mailboxes.get(known(world, value('email'))).items.values()].map((item) => ({
        itemId: item.id,
        folder: item.folder,
        from: item.from,
        subject: item.subject,
        isRead: item.isRead,
      })),
  ),
  [`POST ${MAILBOX}/messages`]: routeWithBody(
    'a mail arrives: `{"itemId"}`',
    newMessage,
    ({ world }, body, { value }) => world.exchange.mailboxes.deliver(known(world, value('email')), body),
  ),
  [`PATCH ${MESSAGE}`]: routeWithBody(
    'marks it read or unread, or moves it to a folder (`inbox`, `deleteditems`, …), which gives it a new id: `{"itemId"}`',
    messageChanges,
    ({ world }, { isRead, folder }, { value }) => {
      const { mailboxes } = world.exchange;
      const itemId = knownItem(world, value('email'), value('itemId'));
      if (isRead !== undefined) mailboxes.setRead(value('email'), itemId, isRead);
      return folder === undefined ? null : mailboxes.move(value('email'), itemId, folder);
    },
  ),
  [`DELETE ${MESSAGE}`]: route('deletes it', ({ world }, { value }) => {
    world.exchange.mailboxes.delete(value('email'), knownItem(world, value('email'), value('itemId')));
    return null;
  }),
  [`POST ${MAILBOX}/heartbeat`]: route(
    'sends the StatusEvent of its subscriptions now',
    async ({ world }, { value }) => {
      await world.exchange.heartbeat(known(world, value('email')));
      return null;
    },
  ),
  'GET /local/exchange/subscriptions': route(
    'every push subscription, without its URL, which carries the sealed credentials',
    ({ world }) => world.exchange.subscriptions().map(({ url: _url, ...subscription }) => subscription),
  ),
};
