import { html, type TemplateResult } from 'lit';
import type { MailboxView } from '../../view.ts';
import { mailboxPath, send } from '../api.ts';
import type { Store } from '../store.ts';

/** Word in the vocabulary of the simulated Exchange, what it is called here, and what to expect. */
const MAILBOX_FAULTS = [
  ['', 'Healthy', 'Exchange answers as it should again.'],
  [
    '401',
    'Refuse (401)',
    'Exchange refuses the sign-in. The first time may be a hiccup: phones hear “New message”; five minutes later it counts, and they ask to sign in.',
  ],
  [
    '403',
    'Block (403)',
    'Exchange blocks EWS. One neutral notification, then Exchange is left alone for 15 minutes.',
  ],
  [
    'ErrorServerBusy',
    'Busy',
    'Exchange is busy. After bounded retries the mail is announced without content.',
  ],
  ['reset', 'Cut off', 'Exchange cuts every connection. The mail is announced without content.'],
] as const;

const SLOW_MS = 2_000;
const STRANGER = 'somebody.else@example.com';

/** Switches for what the simulated Exchange can get wrong. */
export function faults(store: Store, mailbox: MailboxView): TemplateResult {
  const { slowMs, wrongOwner } = store.state().view.exchange;
  const path = mailboxPath(mailbox.email);
  return html`<fieldset class="faults">
    <legend>What Exchange does wrong</legend>
    <div class="chips" role="radiogroup" aria-label="Answers for ${mailbox.email}">
      ${MAILBOX_FAULTS.map(
        ([word, name, hint]) => html`<label class="chip">
          <input
            type="radio"
            name="fault"
            value=${word}
            .checked=${mailbox.fault === word}
            @change=${() => store.act(() => send('PATCH', path, { fault: word }), hint)}
          /><span>${name}</span></label
        >`,
      )}
    </div>
    <div class="chips">
      ${toggle('Slow', slowMs > 0, (on) =>
        store.act(
          () => send('PATCH', '/local/exchange/modes', { slowMs: on ? SLOW_MS : 0 }),
          on ? 'Every answer of Exchange takes two seconds longer.' : 'Exchange is quick again.',
        ),
      )}
      ${toggle('Wrong owner', wrongOwner, (on) =>
        store.act(
          () => send('PATCH', '/local/exchange/modes', { wrongOwner: on ? STRANGER : '' }),
          on
            ? 'Exchange answers with somebody else’s mails. None of them may reach a phone.'
            : 'Everybody gets their own mails again.',
        ),
      )}
    </div>
    <div class="chips">
      <button
        class="chip-button"
        @click=${() =>
          store.act(
            () => send('POST', '/local/exchange/restart'),
            'Exchange has forgotten every subscription and tells nobody. Let an hour pass or two: the missing heartbeats are noticed and phones are woken.',
          )}
      >
        Restart Exchange
      </button>
      <button
        class="chip-button"
        @click=${() =>
          store.act(
            () => send('POST', `${path}/move`, { site: mailbox.site === '' ? 'north' : '' }),
            'The mailbox lives elsewhere now and its subscription died. Let an hour pass or two: its phone is woken and asks the new server.',
          )}
      >
        Move the mailbox
      </button>
    </div>
  </fieldset>`;
}

function toggle(name: string, on: boolean, flip: (on: boolean) => void): TemplateResult {
  return html`<button class="switch" role="switch" aria-checked=${on ? 'true' : 'false'} @click=${() => flip(!on)}>
    <span class="knob"></span>${name}
  </button>`;
}
