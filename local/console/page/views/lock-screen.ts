import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ClockView, NotificationView, PhoneView } from '../../view.ts';
import { plural, time, worldNow } from './words.ts';

const UNFOLDED = 3;

/** The phone as it lies on the table: time, notifications by thread, and the app with its badge. */
export function lockScreen(phone: PhoneView, clock: ClockView): TemplateResult {
  const now = worldNow(clock);
  const day = now.toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
  const off = !phone.online;
  return html`<div class="device device--${phone.kind} ${off ? 'device--off' : ''}">
    <div class="screen" role="group" aria-label="Lock screen of ${phone.name}">
      ${
        off
          ? html`<p class="away">off</p>`
          : html`<p class="lock-day">${day}</p>
              <p class="lock-time">${time(now.toISOString()).slice(0, 5)}</p>
              <div class="threads">
                ${repeat(
                  phone.threads,
                  (thread) => thread[0]?.id,
                  (thread) => threadOf(thread),
                )}
              </div>
              ${app(phone)}`
      }
    </div>
  </div>`;
}

function threadOf(thread: readonly NotificationView[]): TemplateResult {
  const more = thread.length - UNFOLDED;
  return html`<ul class="thread">
    ${repeat(
      thread.slice(0, UNFOLDED),
      ({ id }) => id,
      ({ title, body, at, sealed }) => html`<li class="notification">
        <span class="notification-head"><b>${title}</b><time datetime=${at}>${time(at).slice(0, 5)}</time></span>
        ${body === '' ? nothing : html`<span class="notification-body">${body}</span>`}
        ${sealed ? html`<span class="sealed">opened on this phone</span>` : nothing}
      </li>`,
    )}
    ${more > 0 ? html`<li class="more">${plural(more, 'more')}</li>` : nothing}
  </ul>`;
}

function app({ state, badge }: PhoneView): TemplateResult {
  if (state === 'deleted')
    return html`<div class="dock"><span class="app app--gone" role="img" aria-label="No mail app"></span></div>`;
  return html`<div class="dock">
    <span class="app" role="img" aria-label="Mail app, badge ${badge}">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path d="M6 10h20v13H6z" /><path d="m6 10 10 8 10-8" />
      </svg>
      ${badge === 0 ? nothing : html`<span class="badge">${badge}</span>`}
    </span>
  </div>`;
}
