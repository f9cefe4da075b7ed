import { html, nothing, type TemplateResult } from 'lit';
import type { Texts } from '../shared/texts.ts';
import type { EnterLink } from '../state.ts';
import { fieldText, onSubmit } from './form.ts';

/** Asks for the administrator's link where the browser does not know it. */
export function link(wrong: boolean, texts: Texts, enterLink: EnterLink): TemplateResult {
  return html`<section>
    <p>${texts.intro}</p>
    <p>${texts.needsLink}</p>
    <form @submit=${onSubmit((form) => enterLink(fieldText(form, 'link')))}>
      <label>
        ${texts.linkLabel}
        <input name="link" type="url" required autocomplete="off" aria-invalid=${String(wrong)} />
      </label>
      ${wrong ? html`<p class="notice error">${texts.linkWrong}</p>` : nothing}
      <button class="primary">${texts.continue}</button>
    </form>
  </section>`;
}
