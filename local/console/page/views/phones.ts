import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { PhoneView } from '../../view.ts';
import { send } from '../api.ts';
import type { Store } from '../store.ts';
import { addPhone } from './add-phone.ts';
import { lockScreen } from './lock-screen.ts';
import { CONTENTS } from './words.ts';

export function phonesSection(store: Store): TemplateResult {
  const { view, adding } = store.state();
  const { phones } = view;
  const open = adding || phones.length === 0;
  return html`<section class="phones" id="phones" tabindex="-1" aria-labelledby="phones-title">
    <div class="title-row">
      <h2 id="phones-title">Phones</h2>
      ${
        phones.length === 0
          ? nothing
          : html`<button class="quiet" aria-expanded=${open ? 'true' : 'false'} @click=${() => store.set({ adding: !adding })}>
              ${open ? 'Close' : 'Add a phone'}
            </button>`
      }
    </div>
    ${open ? addPhone(store) : nothing}
    <div class="shelf">
      ${repeat(
        phones,
        ({ id }) => id,
        (phone) => card(store, phone),
      )}
    </div>
  </section>`;
}

function card(store: Store, phone: PhoneView): TemplateResult {
  return html`<article class="phone" aria-label=${phone.name} data-state=${phone.state}>
    ${lockScreen(phone, store.state().view.clock)}
    <div class="phone-info">
      <h3>${phone.name}</h3>
      <p class="facts">
        ${CONTENTS[phone.content]}${phone.preview ? ' · preview sealed for this phone' : ''}
      </p>
      <p class="state state--${phone.state}">${stateOf(phone)}</p>
      ${
        phone.problem === undefined
          ? nothing
          : html`<p class="problem"><b>${phone.problem.code}</b> ${phone.problem.detail}</p>`
      }
      ${actions(store, phone)}
    </div>
  </article>`;
}

function stateOf({ state, checkedIn, passwordIsOld, asksToSignIn }: PhoneView): string {
  if (state === 'registered' && asksToSignIn) return 'Asks its owner to sign in again';
  if (state === 'registered' && passwordIsOld) return 'Registered, with a password that has changed';
  if (state === 'registered')
    return checkedIn === undefined ? 'Registered' : `The service says: ${checkedIn}`;
  return {
    registering: 'Registering…',
    refused: 'Refused',
    unregistered: 'Unregistered',
    deleted: 'App deleted: Apple or Google will tell SNS at the next push',
  }[state];
}

function actions(store: Store, phone: PhoneView): TemplateResult {
  const path = `/local/console/phones/${phone.id}`;
  const button = (text: string, what: () => Promise<unknown>, notice = '') =>
    html`<button class="quiet" @click=${() => store.act(what, notice)}>${text}</button>`;
  const post = (action: string) => () => send('POST', `${path}/${action}`);
  if (phone.state === 'registering') return html``;
  if (phone.state !== 'registered') {
    return html`<div class="actions">
      ${button(phone.state === 'deleted' ? 'Install again' : 'Register again', post('register'))}
      ${button('Put away', () => send('DELETE', path))}
    </div>`;
  }
  return html`<div class="actions">
    ${
      phone.passwordIsOld || phone.asksToSignIn
        ? button('Sign in again', post('register'))
        : button(
            'Change password',
            post('change-password'),
            'The password was changed in Exchange; this phone does not know yet. The next mail shows what happens.',
          )
    }
    ${button('Check in', post('check-in'))}
    ${button(phone.online ? 'Switch off' : 'Switch on', () => send('PATCH', path, { online: !phone.online }))}
    ${phone.threads.length === 0 ? nothing : button('Clear', post('clear'))}
    ${button('Unregister', post('unregister'))}
    ${button('Delete the app', post('delete-app'))}
  </div>`;
}
