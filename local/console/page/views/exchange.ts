import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { MailboxView, MessageView } from '../../view.ts';
import { mailboxPath, send } from '../api.ts';
import { type Store, SUBJECTS } from '../store.ts';
import { faults } from './faults.ts';
import { plural } from './words.ts';

export function exchangeSection(store: Store): TemplateResult {
  const { view, mailbox: chosen } = store.state();
  const { mailboxes } = view.exchange;
  const mailbox = mailboxes.find(({ email }) => email === chosen) ?? mailboxes[0];
  return html`<section class="card exchange" aria-labelledby="exchange-title">
    <h2 id="exchange-title">Exchange</h2>
    ${
      mailbox === undefined
        ? html`<p class="empty">No mailbox yet. Adding a phone makes one for its owner.</p>`
        : html`${mailboxPicker(store, mailboxes, mailbox)} ${compose(store, mailbox)} ${inbox(store, mailbox)}
          ${faults(store, mailbox)}`
    }
  </section>`;
}

function mailboxPicker(store: Store, all: readonly MailboxView[], mailbox: MailboxView): TemplateResult {
  return html`<div class="picker">
    <label class="field"
      ><span>Mailbox</span>
      <select
        @change=${({ target }: Event) => {
          if (target instanceof HTMLSelectElement) store.set({ mailbox: target.value });
        }}
      >
        ${all.map(
          ({ email }) => html`<option value=${email} ?selected=${email === mailbox.email}>${email}</option>`,
        )}
      </select>
    </label>
    <p class="facts">
      ${mailbox.unread} unread ·
      <span class=${mailbox.subscriptions === 0 ? 'warn' : ''}
        >${mailbox.subscriptions === 0 ? 'nobody subscribed' : plural(mailbox.subscriptions, 'subscription')}</span
      >${mailbox.site === '' ? nothing : html` · at site ${mailbox.site}`}
    </p>
  </div>`;
}

function compose(store: Store, { email }: MailboxView): TemplateResult {
  function submit(event: Event): void {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const data = new FormData(event.target);
    const subject = String(data.get('subject') ?? '');
    const name = String(data.get('from') ?? '');
    store.act(async () => {
      const address = `${name.split(' ')[0]?.toLowerCase() || 'nobody'}@example.com`;
      await send('POST', `${mailboxPath(email)}/messages`, { from: { name, address }, subject });
      store.set({ journey: undefined, subject: nextSubject(subject) });
    });
  }
  return html`<form class="compose" @submit=${submit} aria-label="Write a mail">
    <label class="field"><span>From</span><input name="from" value="Bob Builder" autocomplete="off" /></label>
    <label class="field"
      ><span>Subject</span><input name="subject" .value=${store.state().subject} autocomplete="off"
        @input=${({ target }: Event) => {
          if (target instanceof HTMLInputElement) store.set({ subject: target.value });
        }}
    /></label>
    <button class="primary" type="submit">Send to ${email.split('@')[0]}</button>
  </form>`;
}

function nextSubject(subject: string): string {
  const subjects: readonly string[] = SUBJECTS;
  return subjects[(subjects.indexOf(subject) + 1) % subjects.length] ?? SUBJECTS[0];
}

function inbox(store: Store, { email, messages }: MailboxView): TemplateResult {
  const here = messages.filter(({ folder }) => folder === 'inbox');
  const elsewhere = messages.length - here.length;
  return html`<div class="inbox">
    <h3>Inbox</h3>
    ${
      here.length === 0
        ? html`<p class="empty">Empty. Write the first mail above.</p>`
        : html`<ul>
            ${repeat(
              here,
              ({ itemId }) => itemId,
              (message) => row(store, email, message),
            )}
          </ul>`
    }
    ${elsewhere === 0 ? nothing : html`<p class="facts">${plural(elsewhere, 'mail')} in other folders</p>`}
  </div>`;
}

function row(store: Store, email: string, message: MessageView): TemplateResult {
  const path = `${mailboxPath(email)}/messages/${encodeURIComponent(message.itemId)}`;
  const subject = message.subject === '' ? '(no subject)' : message.subject;
  const button = (text: string, what: () => Promise<unknown>) =>
    html`<button class="quiet" aria-label="${text}: ${subject}" @click=${() => store.act(what)}>${text}</button>`;
  return html`<li class="mail ${message.isRead ? '' : 'mail--unread'}">
    <span class="mail-text"><b>${message.from}</b><span>${subject}</span></span>
    <span class="mail-actions">
      ${button(message.isRead ? 'Unread' : 'Read', () => send('PATCH', path, { isRead: !message.isRead }))}
      ${button('Move', () => send('PATCH', path, { folder: 'archive' }))}
      ${button('Delete', () => send('DELETE', path))}
    </span>
  </li>`;
}
