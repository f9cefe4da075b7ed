import { html, type TemplateResult } from 'lit';
import type { Actions } from '../actions.ts';
import type { Mailbox } from '../shared/storage.ts';
import type { Texts } from '../shared/texts.ts';
import type { State, Store } from '../state.ts';
import { fieldText, onSubmit } from './form.ts';

export function preferences(
  state: State,
  texts: Texts,
  actions: Actions,
  store: Store,
  mailbox: Mailbox,
): TemplateResult {
  const choices = [
    ['subject-and-sender', texts.contentAll],
    ['sender', texts.contentSender],
    ['none', texts.contentNone],
  ] as const;
  return html`<section>
    <h2>${texts.preferences}: ${mailbox.email}</h2>
    <form
      @submit=${onSubmit((form) => {
        const content = choices.find(([value]) => value === fieldText(form, 'content'))?.[0];
        return actions.savePreferences(mailbox, {
          content: content ?? mailbox.content,
          sound: form.has('sound'),
        });
      })}
    >
      <fieldset>
        <legend>${texts.content}</legend>
        ${choices.map(
          ([value, label]) => html`<label class="check">
            <input type="radio" name="content" value=${value} .checked=${mailbox.content === value} />
            ${label}
          </label>`,
        )}
      </fieldset>
      <label class="check">
        <input type="checkbox" name="sound" .checked=${mailbox.sound} />
        ${texts.sound}
      </label>
      <div class="buttons">
        <button class="primary" ?disabled=${state.busy}>${texts.save}</button>
        <button type="button" @click=${() => store.set({ screen: { name: 'mailboxes' } })}>${texts.cancel}</button>
      </div>
    </form>
  </section>`;
}
