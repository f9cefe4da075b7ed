import { html, nothing, type TemplateResult } from 'lit';
import type { Actions } from '../actions.ts';
import { needsHomeScreen } from '../enrolment.ts';
import type { Mailbox } from '../shared/storage.ts';
import type { Texts } from '../shared/texts.ts';
import type { State, Store } from '../state.ts';
import { fieldText, onSubmit } from './form.ts';

/** Address, user name, password. `again` is the mailbox whose sign-in has to be repeated. */
export function signIn(
  state: State,
  texts: Texts,
  actions: Actions,
  store: Store,
  again: Mailbox | undefined,
): TemplateResult {
  if (needsHomeScreen())
    return html`<section>
      <p>${texts.intro}</p>
      <p class="notice">${texts.installIos}</p>
    </section>`;
  return html`<section>
    <h2>${again === undefined ? texts.signInTitle : texts.signInAgainTitle}</h2>
    ${again === undefined ? html`<p>${texts.intro}</p>` : nothing}
    <form
      @submit=${onSubmit((form) =>
        actions.signIn({
          email: fieldText(form, 'email'),
          username: fieldText(form, 'username') || fieldText(form, 'email'),
          password: String(form.get('password') ?? ''),
          ewsUrl: fieldText(form, 'ewsUrl'),
          keep: form.has('keep'),
        }),
      )}
    >
      <label>
        ${texts.email}
        <input
          name="email"
          type="email"
          required
          autocomplete="email"
          .value=${again?.email ?? ''}
          ?readonly=${again !== undefined}
        />
      </label>
      <label>
        ${texts.username}
        <input name="username" autocomplete="username" autocapitalize="none" spellcheck="false"
          .value=${again === undefined || again.username === again.email ? '' : again.username} />
      </label>
      <label>
        ${texts.password}
        <input name="password" type="password" required autocomplete="current-password" />
      </label>
      <label>
        ${texts.ewsUrl}
        <input name="ewsUrl" type="url" autocomplete="off" .value=${again?.ewsUrl ?? ''} />
      </label>
      <label class="check">
        <input name="keep" type="checkbox" aria-describedby="keep-why" />
        ${texts.keep}
      </label>
      <p id="keep-why" class="hint">${texts.keepWhy}</p>
      <div class="buttons">
        <button class="primary" ?disabled=${state.busy}>${texts.signIn}</button>
        ${
          state.mailboxes.length === 0
            ? nothing
            : html`<button type="button" @click=${() => store.set({ screen: { name: 'mailboxes' } })}>
                ${texts.cancel}
              </button>`
        }
      </div>
    </form>
  </section>`;
}
