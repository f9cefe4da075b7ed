import { html, render } from 'lit';
import { createStore } from './store.ts';
import { exchangeSection } from './views/exchange.ts';
import { header } from './views/header.ts';
import { phonesSection } from './views/phones.ts';
import { storedSection } from './views/stored.ts';
import { waySection } from './views/way.ts';

const CLOCK_TICK_MS = 10_000;
const root = document.getElementById('page');
let planned = false;

/** State down, events up: every change draws the page anew, and lit touches only what differs. */
const store = createStore(() => {
  if (planned) return;
  planned = true;
  queueMicrotask(draw);
});

function draw(): void {
  planned = false;
  if (root === null) return;
  render(
    html`<a class="skip" href="#phones">To the phones</a>
      ${header(store)}
      <main>
        ${exchangeSection(store)} ${phonesSection(store)} ${waySection(store)} ${storedSection(store)}
      </main>
      <p class="sr" role="status" aria-live="polite">${store.state().heard}</p>`,
    root,
  );
}

function listen(): void {
  const source = new EventSource('/local/console/events');
  for (const event of ['all', 'phones', 'exchange', 'clock', 'journey']) {
    source.addEventListener(event, (message) => store.accept(event, message.data));
  }
  // The browser comes back by itself; what was missed arrives with `all`.
  source.addEventListener('error', () => store.set({ connected: false }));
}

if (root !== null) root.replaceChildren();
draw();
listen();
setInterval(draw, CLOCK_TICK_MS);
