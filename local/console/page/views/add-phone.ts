import { html, type TemplateResult } from 'lit';
import { send } from '../api.ts';
import type { Store } from '../store.ts';
import { CONTENTS } from './words.ts';

export function addPhone(store: Store): TemplateResult {
  const { mailboxes } = store.state().view.exchange;
  function submit(event: Event): void {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const data = new FormData(event.target);
    const email = String(data.get('email') ?? '').trim();
    store.act(async () => {
      await send('POST', '/local/console/phones', {
        email,
        kind: data.get('kind'),
        content: data.get('content'),
        preview: data.get('preview') === 'on',
      });
      store.set({ adding: false, mailbox: email, journey: undefined });
    });
  }
  return html`<form class="card add" @submit=${submit} aria-label="Add a phone">
    <label class="field"
      ><span>Owner</span>
      <input name="email" type="email" required value=${mailboxes[0]?.email ?? 'ann@example.com'} list="owners" autocomplete="off" />
      <datalist id="owners">${mailboxes.map(({ email }) => html`<option value=${email}></option>`)}</datalist>
    </label>
    <div class="chips" role="radiogroup" aria-label="Kind of phone">
      <label class="chip"><input type="radio" name="kind" value="ios" checked /><span>iPhone</span></label>
      <label class="chip"><input type="radio" name="kind" value="android" /><span>Android</span></label>
      <label class="chip"><input type="radio" name="kind" value="browser" /><span>Browser</span></label>
    </div>
    <label class="field"
      ><span>Notifications show</span>
      <select name="content">
        ${Object.entries(CONTENTS).map(([value, name]) => html`<option value=${value}>${name}</option>`)}
      </select>
    </label>
    <label class="check"><input type="checkbox" name="preview" />Encrypt previews for this phone alone</label>
    <button class="primary" type="submit">Add this phone</button>
    <p>
      Or <a href="/local/console/web-app" target="_blank" rel="noopener">open the web app in this browser</a>. In
      Firefox its notifications are real, once <code>dom.push.serverURL</code> points here (docs/web-app.md).
    </p>
  </form>`;
}
