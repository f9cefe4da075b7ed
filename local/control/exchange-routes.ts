import * as z from 'zod';
import type { World } from '../world/world.ts';
import { ControlError, type ControlRoutes } from './http.ts';

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

const messageChanges = z.strictObject({ isRead: z.boolean().optional(), folder: text.optional() });

/** Drives the simulated Exchange as its users and administrators would. */
export function exchangeRoutes({ exchange }: World): ControlRoutes {
  const known = (email: string): string => {
    if (exchange.mailboxes.find(email) !== undefined) return email;
    throw new ControlError(
      404,
      'There is no such mailbox; POST /local/exchange/mailboxes {"email","password"} makes one.',
    );
  };
  const knownItem = (email: string, itemId: string): string => {
    if (exchange.mailboxes.item(exchange.mailboxes.get(known(email)), itemId) !== undefined) return itemId;
    throw new ControlError(
      404,
      'There is no such message; POST …/messages makes one and answers its itemId.',
    );
  };
  return {
    'GET /local/exchange/mailboxes': () =>
      exchange.mailboxes.all().map((mailbox) => ({
        email: mailbox.email,
        ewsUrl: exchange.ewsUrl(mailbox.email),
        unread: exchange.mailboxes.unread(mailbox, 'inbox'),
      })),
    'POST /local/exchange/mailboxes': async ({ body }) => {
      const mailbox = await body(newMailbox);
      if (exchange.mailboxes.find(mailbox.email) !== undefined) {
        throw new ControlError(
          409,
          'That mailbox exists; PATCH /local/exchange/mailboxes/{email} changes it.',
        );
      }
      exchange.mailboxes.create(mailbox);
      return { email: mailbox.email, ewsUrl: exchange.ewsUrl(mailbox.email) };
    },
    'PATCH /local/exchange/mailboxes/{email}': async ({ value, body }) => {
      const email = known(value('email'));
      const { password, fault } = await body(
        z.strictObject({ password: text.optional(), fault: z.string().optional() }),
      );
      if (password !== undefined) exchange.changePassword(email, password);
      if (fault !== undefined) failMailbox(email, fault);
      return null;
    },
    'DELETE /local/exchange/mailboxes/{email}': ({ value }) => {
      exchange.mailboxes.remove(known(value('email')));
      return null;
    },
    'GET /local/exchange/mailboxes/{email}/messages': ({ value }) =>
      [...exchange.mailboxes.get(known(value('email'))).items.values()].map((item) => ({
        itemId: item.id,
        folder: item.folder,
        from: item.from,
        subject: item.subject,
        isRead: item.isRead,
      })),
    'POST /local/exchange/mailboxes/{email}/messages': async ({ value, body }) =>
      exchange.mailboxes.deliver(known(value('email')), await body(newMessage)),
    'PATCH /local/exchange/mailboxes/{email}/messages/{itemId}': async ({ value, body }) => {
      const itemId = knownItem(value('email'), value('itemId'));
      const { isRead, folder } = await body(messageChanges);
      if (isRead !== undefined) exchange.mailboxes.setRead(value('email'), itemId, isRead);
      // A moved item has a new id.
      return folder === undefined ? null : exchange.mailboxes.move(value('email'), itemId, folder);
    },
    'DELETE /local/exchange/mailboxes/{email}/messages/{itemId}': ({ value }) => {
      exchange.mailboxes.delete(value('email'), knownItem(value('email'), value('itemId')));
      return null;
    },
    'POST /local/exchange/mailboxes/{email}/heartbeat': async ({ value }) => {
      await exchange.heartbeat(known(value('email')));
      return null;
    },
    'GET /local/exchange/subscriptions': () =>
      // The URL carries the sealed credentials: even here it stays with Exchange.
      exchange.subscriptions().map(({ url: _url, ...subscription }) => subscription),
  };

  function failMailbox(email: string, fault: string): void {
    try {
      exchange.failMailbox(email, fault === '' ? undefined : fault);
    } catch (error) {
      throw new ControlError(400, error instanceof Error ? error.message : String(error));
    }
  }
}
