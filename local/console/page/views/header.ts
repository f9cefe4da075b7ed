import { html, nothing, type TemplateResult } from 'lit';
import { send } from '../api.ts';
import type { Store } from '../store.ts';
import { time, worldNow } from './words.ts';

const JUMPS = [
  ['5 minutes', 5 * 60_000],
  ['1 hour', 3_600_000],
  ['3 hours', 3 * 3_600_000],
] as const;

export function header(store: Store): TemplateResult {
  const { view, connected, notice } = store.state();
  const pass = (advanceMs: number, name: string) => {
    store.set({ notice: `${name} pass, with every heartbeat and all upkeep that fall into them …` });
    store.act(
      () => send('POST', '/local/console/clock', { advanceMs }),
      `${name} later. Heartbeats, retries and scheduled upkeep that fell into it have run.`,
    );
  };
  return html`<header class="top">
    <div class="brand">
      <img src="/local/console/icon.svg" alt="" width="36" height="36" />
      <div>
        <h1>See a mail become a notification</h1>
        <p>The whole service on this machine: nothing here reaches Exchange, AWS, Apple or Google.</p>
      </div>
    </div>
    <div class="clock" role="group" aria-label="Time of this world">
      <span class="now"
        ><span class="dot ${connected ? 'dot--on' : 'dot--off'}"></span>${
          connected ? time(worldNow(view.clock).toISOString()).slice(0, 5) : 'not connected'
        }</span
      >
      ${JUMPS.map(
        ([name, ms]) =>
          html`<button class="quiet" @click=${() => pass(ms, name)} aria-label="Let ${name} pass">+ ${name}</button>`,
      )}
    </div>
    ${
      notice === ''
        ? nothing
        : html`<p class="notice" role="status">
            ${notice}
            <button class="quiet" @click=${() => store.set({ notice: '' })} aria-label="Close this message">✕</button>
          </p>`
    }
  </header>`;
}
