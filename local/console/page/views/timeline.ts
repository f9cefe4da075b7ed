import { html, nothing, svg, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { HopDetail, HopView, JourneyView } from '../../view.ts';
import type { Store } from '../store.ts';
import { milliseconds, PLACES, time } from './words.ts';

const WIDTH = 1000;
const THINNEST = 8;

/** The hops of one journey in the order in which they began, each with its share of the time. */
export function timeline(store: Store, journey: JourneyView): TemplateResult {
  const { openHops } = store.state();
  return html`<div class="timeline" data-journey=${journey.id} data-under-way=${journey.underWay ? 'true' : 'false'}>
    <p class="timeline-title">
      <b>${journey.title}</b>
      <span class="timeline-facts">${[journey.email, time(journey.at), milliseconds(journey.ms)].filter((part) => part !== '').join(' · ')}</span>
    </p>
    <ol class="hops">
      ${repeat(
        journey.hops,
        ({ id }) => id,
        (
          hop,
        ) => html`<li class="hop hop--${hop.place} ${hop.failed || hop.advice.length > 0 ? 'hop--failed' : ''}">
          <button
            class="hop-row"
            aria-expanded=${openHops.has(hop.id) ? 'true' : 'false'}
            @click=${() => store.toggleHop(journey.id, hop.id)}
          >
            <span class="place">${PLACES[hop.place]}</span>
            <span class="what">${hop.what}<span class="answer">${hop.answer}</span></span>
            ${bar(hop, journey.ms)}
            <span class="ms">${hop.ms === undefined ? '…' : milliseconds(hop.ms)}</span>
          </button>
          ${hop.advice.map(
            ({ section, text }) => html`<div class="advice"><b>Runbook, ${section}</b><p>${text}</p></div>`,
          )}
          ${openHops.has(hop.id) ? details(openHops.get(hop.id)) : nothing}
        </li>`,
      )}
    </ol>
  </div>`;
}

function bar(hop: HopView, totalMs: number): TemplateResult {
  const scale = WIDTH / Math.max(totalMs, 1);
  const width = Math.max(THINNEST, (hop.ms ?? totalMs - hop.startMs) * scale);
  const x = Math.min(hop.startMs * scale, WIDTH - THINNEST);
  return html`<svg class="bar" viewBox="0 0 ${WIDTH} 8" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<rect class="bar-track" x="0" y="3" width=${WIDTH} height="2"></rect>
      <rect class="bar-fill" x=${x} y="0" width=${Math.min(width, WIDTH - x)} height="8"></rect>`}
  </svg>`;
}

function details(detail: HopDetail | undefined): TemplateResult {
  if (detail === undefined) return html`<p class="empty">Reading…</p>`;
  if (detail.parts.length === 0) return html`<p class="empty">Still under way, or nothing to show.</p>`;
  return html`<div class="details">
    ${detail.parts.map(
      ({ title, text }) =>
        html`<h4>${title}</h4>
          <pre tabindex="0" aria-label=${title}>${text}</pre>`,
    )}
  </div>`;
}
