import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Actions } from '../actions.ts';
import type { Texts } from '../shared/texts.ts';
import type { MailboxState, ShownMailbox, State, Store } from '../state.ts';

/** Every mailbox of this browser with its state, and what can be done with it. */
export function mailboxes(state: State, texts: Texts, actions: Actions, store: Store): TemplateResult {
  return html`<section>
    <h2>${texts.mailboxes}</h2>
    <ul>
      ${repeat(
        state.mailboxes,
        ({ mailbox }) => mailbox.email,
        (shown) => html`<li>${one(shown, texts, store)}</li>`,
      )}
    </ul>
    <div class="buttons">
      <button @click=${() => store.set({ screen: { name: 'sign-in' }, notice: undefined })}>
        ${texts.addMailbox}
      </button>
      <button ?disabled=${state.busy} @click=${() => actions.test()}>${texts.test}</button>
    </div>
  </section>`;
}

function one({ mailbox, state }: ShownMailbox, texts: Texts, store: Store): TemplateResult {
  const wellOrUnknown = state === 'active' || state === 'checking' || state === 'unreachable';
  const show = (screen: Parameters<Store['set']>[0]['screen']) => () =>
    store.set({ ...(screen === undefined ? {} : { screen }), notice: undefined });
  return html`
    <strong>${mailbox.email}</strong>
    <p class=${`state ${state}`}>${stateText(state, texts)}</p>
    <div class="buttons">
      ${
        wellOrUnknown
          ? nothing
          : html`<button class="primary" @click=${show({ name: 'sign-in', again: mailbox })}>
              ${texts.signInAgain}
            </button>`
      }
      <button @click=${show({ name: 'preferences', of: mailbox })} aria-label=${`${texts.preferences}: ${mailbox.email}`}>
        ${texts.preferences}
      </button>
      <button @click=${show({ name: 'remove', of: mailbox })} aria-label=${`${texts.remove}: ${mailbox.email}`}>
        ${texts.remove}
      </button>
    </div>
  `;
}

function stateText(state: MailboxState, texts: Texts): string {
  switch (state) {
    case 'checking':
      return texts.stateChecking;
    case 'active':
      return texts.stateActive;
    case 'lost':
      return texts.stateLost;
    case 'credentials-rejected':
      return texts.stateRejected;
    case 'device-gone':
      return texts.stateGone;
    case 'unknown':
      return texts.stateUnknown;
    case 'unreachable':
      return texts.stateUnreachable;
  }
}
