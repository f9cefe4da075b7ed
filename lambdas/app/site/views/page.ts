import { html, nothing, type TemplateResult } from 'lit';
import type { Actions } from '../actions.ts';
import { needsHomeScreen } from '../enrolment.ts';
import type { Texts } from '../shared/texts.ts';
import type { EnterLink, State, Store } from '../state.ts';
import { link } from './link.ts';
import { mailboxes } from './mailboxes.ts';
import { preferences } from './preferences.ts';
import { signIn } from './sign-in.ts';

/** The whole page for a state. */
export function page(
  state: State,
  texts: Texts,
  actions: Actions,
  store: Store,
  enterLink: EnterLink,
): TemplateResult {
  return html`
    <h1>${texts.title}</h1>
    <div role="status" aria-live="polite">${state.busy ? texts.working : nothing}</div>
    <div role="alert">${notice(state)}</div>
    ${screen(state, texts, actions, store, enterLink)}
    <details>
      <summary>${texts.help}</summary>
      <p>${texts.helpPrivacy}</p>
      <p>${texts.helpNothing}</p>
      <p>${texts.helpForget}</p>
      <p>${needsHomeScreen() ? texts.installIos : texts.installOther}</p>
    </details>
  `;
}

function notice({ notice: shown }: State) {
  return shown === undefined ? nothing : html`<p class=${`notice ${shown.kind}`}>${shown.text}</p>`;
}

function screen(state: State, texts: Texts, actions: Actions, store: Store, enterLink: EnterLink) {
  switch (state.screen.name) {
    case 'loading':
      return html`<p>${texts.working}</p>`;
    case 'opening-mail':
      return html`<p>${texts.openingMail}</p>`;
    case 'not-supported':
      return html`<p>${texts.notSupported}</p>`;
    case 'switched-off':
      return html`<p>${texts.notOffered}</p>`;
    case 'link':
      return link(state.screen.wrong, texts, enterLink);
    case 'sign-in':
      return signIn(state, texts, actions, store, state.screen.again);
    case 'preferences':
      return preferences(state, texts, actions, store, state.screen.of);
    case 'remove': {
      const { of } = state.screen;
      return html`<section>
        <h2>${of.email}</h2>
        <p>${texts.removeSure}</p>
        <div class="buttons">
          <button class="danger" ?disabled=${state.busy} @click=${() => actions.remove(of)}>
            ${texts.remove}
          </button>
          <button @click=${() => store.set({ screen: { name: 'mailboxes' } })}>${texts.cancel}</button>
        </div>
      </section>`;
    }
    case 'mailboxes':
      return mailboxes(state, texts, actions, store);
  }
}
