import { html, type TemplateResult } from 'lit';
import type { Tables } from '../api.ts';
import type { Store } from '../store.ts';
import { plural } from './words.ts';

/** Every row as it is: whoever doubts may look for a password or a mail. */
export function storedSection(store: Store): TemplateResult {
  const { tables, table } = store.state();
  return html`<section class="card stored" aria-labelledby="stored-title">
    <details
      @toggle=${({ target }: Event) => {
        if (target instanceof HTMLDetailsElement && target.open) store.loadTables();
      }}
    >
      <summary><h2 id="stored-title">What is stored</h2></summary>
      <p class="facts">
        The whole database. No credential, no address, no push token and no mail is in it: published, it would
        show that some devices exist. Bytes are in base64, times in milliseconds.
      </p>
      ${tables === undefined ? html`<p class="empty">Reading…</p>` : shown(store, tables, table)}
    </details>
  </section>`;
}

function shown(store: Store, tables: Tables, chosen: string): TemplateResult {
  const rows = tables[chosen] ?? [];
  const columns = Object.keys(rows[0] ?? {});
  return html`<div class="chips" role="radiogroup" aria-label="Table">
      ${Object.entries(tables).map(
        ([name, content]) => html`<label class="chip"
          ><input
            type="radio"
            name="table"
            .checked=${name === chosen}
            @change=${() => store.set({ table: name })}
          /><span>${name} <small>${content.length}</small></span></label
        >`,
      )}
    </div>
    <div class="rows" tabindex="0" role="region" aria-label="Rows of ${chosen}">
      ${
        rows.length === 0
          ? html`<p class="empty">No row.</p>`
          : html`<table>
              <caption class="sr">${plural(rows.length, 'row')} of ${chosen}</caption>
              <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
              <tbody>
                ${rows.map((row) => html`<tr>${columns.map((column) => html`<td>${cell(row[column])}</td>`)}</tr>`)}
              </tbody>
            </table>`
      }
    </div>`;
}

function cell(value: unknown): TemplateResult {
  if (value === null || value === undefined) return html`<span class="null">null</span>`;
  return html`<span class="value">${typeof value === 'object' ? JSON.stringify(value) : String(value)}</span>`;
}
