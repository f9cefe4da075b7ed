import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { JourneyView } from '../../view.ts';
import type { Store } from '../store.ts';
import { timeline } from './timeline.ts';
import { milliseconds, time } from './words.ts';

const SHOWN = 12;

export function waySection(store: Store): TemplateResult {
  const { view, journey: chosen, everything } = store.state();
  const journeys = view.journeys.filter((journey) => everything || isInteresting(journey));
  const journey = view.journeys.find(({ id }) => id === chosen) ?? journeys[0];
  return html`<section class="card way" aria-labelledby="way-title">
    <div class="title-row">
      <h2 id="way-title">On its way</h2>
      <label class="check"
        ><input
          type="checkbox"
          .checked=${everything}
          @change=${() => store.set({ everything: !everything })}
        />heartbeats and upkeep too</label
      >
    </div>
    ${journey === undefined ? introduction() : timeline(store, journey)}
    ${journeys.length < 2 ? nothing : list(store, journeys, journey)}
  </section>`;
}

function isInteresting({ kind, title }: JourneyView): boolean {
  return (
    kind === 'mail' || kind === 'change' || (kind === 'client' && !title.startsWith('POST /getpublickey'))
  );
}

function introduction(): TemplateResult {
  return html`<ol class="steps">
    <li><b>Add a phone.</b> Its app encrypts its owner’s password for our public key and registers.</li>
    <li><b>Write a mail.</b> Exchange tells the service, and hands the sealed password back.</li>
    <li><b>Watch.</b> Every hop appears here, with its time and the exact bytes, secrets masked.</li>
  </ol>`;
}

function list(
  store: Store,
  journeys: readonly JourneyView[],
  shown: JourneyView | undefined,
): TemplateResult {
  return html`<h3>Before</h3>
    <ul class="journeys">
      ${repeat(
        journeys.slice(0, SHOWN),
        ({ id }) => id,
        (journey) => html`<li>
          <button
            class="journey"
            aria-current=${journey.id === shown?.id ? 'true' : 'false'}
            @click=${() => store.set({ journey: journey.id })}
          >
            <span class="mark ${markOf(journey)}" role="img" aria-label=${wordOf(journey)}></span>
            <span class="journey-title">${journey.title}</span>
            <span class="journey-facts">${time(journey.at)} · ${milliseconds(journey.ms)}</span>
          </button>
        </li>`,
      )}
    </ul>
    ${
      store.state().journey === undefined
        ? nothing
        : html`<button class="quiet" @click=${() => store.set({ journey: undefined })}>Follow the newest</button>`
    }`;
}

export function markOf({ underWay, failed }: Pick<JourneyView, 'underWay' | 'failed'>): string {
  if (underWay) return 'mark--under-way';
  return failed ? 'mark--failed' : 'mark--ok';
}

export function wordOf({ underWay, failed }: Pick<JourneyView, 'underWay' | 'failed'>): string {
  if (underWay) return 'under way';
  return failed ? 'something failed' : 'all well';
}
