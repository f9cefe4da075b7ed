import * as z from 'zod';
import { ControlError, type ControlRoutes } from '../control/http.ts';
import type { Console } from './console.ts';
import type { Handset } from './handset.ts';
import { createLive } from './live.ts';
import { createPageFiles } from './page-files.ts';

const wish = z.strictObject({
  email: z.string().regex(/^[^@\s]+@[^@\s]+$/, 'an e-mail address is expected'),
  kind: z.enum(['ios', 'android', 'browser']),
  content: z.enum(['subject-and-sender', 'sender', 'none']).default('subject-and-sender'),
  preview: z.boolean().default(false),
});

const jump = z.strictObject({ advanceMs: z.int().min(0).max(86_400_000) });

/** The page, its live updates, and what its buttons do to the phones. */
export function consoleRoutes(console: Console): ControlRoutes {
  const { handsets, journeys } = console;
  const [files, live] = [createPageFiles(), createLive(console)];

  function known(id: string): Handset {
    const handset = handsets.find(id);
    if (handset === undefined) throw new ControlError(404, 'There is no such phone on the table.');
    return handset;
  }

  return {
    'GET /': ({ response }) => files.send(response, 'html'),
    'GET /local/console/style.css': ({ response }) => files.send(response, 'css'),
    'GET /local/console/page.js': ({ response }) => files.send(response, 'js'),
    'GET /local/console/icon.svg': ({ response }) => files.send(response, 'svg'),
    // The link holds the API token, which the page itself never gets.
    'GET /local/console/web-app': ({ response }) =>
      void response.writeHead(302, { location: console.webAppLink }).end(),
    'GET /local/console/events': ({ response }) => live.join(response),
    'GET /local/console/state': () => console.view(),
    'GET /local/console/journeys/{journey}/{hop}': ({ value }) => {
      const detail = journeys.detail(value('journey'), value('hop'));
      if (detail === undefined) throw new ControlError(404, 'That hop is no longer kept.');
      return detail;
    },
    'POST /local/console/phones': async ({ body }) => {
      const { handset } = await handsets.add(await body(wish));
      return handset.view();
    },
    'DELETE /local/console/phones/{id}': ({ value }) => {
      handsets.remove(known(value('id')).id);
      return null;
    },
    'POST /local/console/phones/{id}/register': async ({ value }) => {
      await known(value('id')).register();
      return null;
    },
    'POST /local/console/phones/{id}/unregister': async ({ value }) => {
      await known(value('id')).unregister();
      return null;
    },
    'POST /local/console/phones/{id}/check-in': async ({ value }) => {
      await known(value('id')).checkIn();
      return null;
    },
    'POST /local/console/phones/{id}/change-password': ({ value }) => {
      handsets.changePassword(known(value('id')).view().email);
      console.exchangeChanged();
      return null;
    },
    'POST /local/console/phones/{id}/delete-app': ({ value }) => {
      handsets.uninstall(known(value('id')));
      return null;
    },
    'POST /local/console/phones/{id}/clear': ({ value }) => {
      known(value('id')).clear();
      return null;
    },
    'PATCH /local/console/phones/{id}': async ({ value, body }) => {
      handsets.setOnline(known(value('id')), (await body(z.strictObject({ online: z.boolean() }))).online);
      return null;
    },
    'POST /local/console/clock': async ({ body }) => {
      await console.pass((await body(jump)).advanceMs);
      live.clockChanged();
      console.exchangeChanged();
      return null;
    },
  };
}
