import type { Exchange } from '../exchange/exchange.ts';
import type { ExchangeView } from './view.ts';

/** The simulated Exchange as its users and its administrator see it. */
export function viewExchange(exchange: Exchange): ExchangeView {
  const { mailboxes, modes } = exchange;
  return {
    slowMs: modes.slowMs,
    wrongOwner: modes.wrongOwner.kind !== 'off',
    mailboxes: mailboxes.all().map((mailbox) => ({
      email: mailbox.email,
      unread: mailboxes.unread(mailbox, 'inbox'),
      fault: mailbox.fault ?? '',
      site: mailbox.site,
      subscriptions: exchange.subscriptions(mailbox.email).filter(({ state }) => state !== 'ended').length,
      messages: [...mailbox.items.values()]
        .map((item) => ({
          itemId: item.id,
          from: item.from?.name ?? item.from?.address ?? 'nobody',
          subject: item.subject ?? '',
          folder: item.folder,
          isRead: item.isRead,
        }))
        .reverse(),
    })),
  };
}
