import * as z from 'zod';
import { ControlError, type ControlRoutes, route, routeWithBody } from '../control/http.ts';
import type { World } from '../world/world.ts';
import type { Handset } from './handset.ts';

const wish = z.strictObject({
  email: z.string().regex(/^[^@\s]+@[^@\s]+$/, 'an e-mail address is expected'),
  kind: z.enum(['ios', 'android', 'browser']),
  content: z.enum(['subject-and-sender', 'sender', 'none']).default('subject-and-sender'),
  preview: z.boolean().default(false),
});

const jump = z.strictObject({ advanceMs: z.int().min(0).max(86_400_000) });

function known({ console }: World, id: string): Handset {
  const handset = console.handsets.find(id);
  if (handset === undefined) throw new ControlError(404, 'There is no such phone on the table.');
  return handset;
}

/** The page, its live updates, and what its buttons do to the phones. */
export const CONSOLE_ROUTES: ControlRoutes = {
  'GET /': route('the console', ({ page }, { response }) => page.files.send(response, 'html')),
  'GET /local/console/style.css': route('its style', ({ page }, { response }) =>
    page.files.send(response, 'css'),
  ),
  'GET /local/console/page.js': route('its script', ({ page }, { response }) =>
    page.files.send(response, 'js'),
  ),
  'GET /local/console/icon.svg': route('its icon', ({ page }, { response }) =>
    page.files.send(response, 'svg'),
  ),
  // The link holds the API token, which the page itself never gets.
  'GET /local/console/web-app': route(
    'leads to the web app with an enrolment link',
    ({ world }, { response }) => void response.writeHead(302, { location: world.console.webAppLink }).end(),
  ),
  'GET /local/console/events': route(
    'what the page shows, as it changes (server-sent events)',
    ({ page }, { response }) => page.live.join(response),
  ),
  'GET /local/console/state': route('what the page shows', ({ world }) => world.console.view()),
  'GET /local/console/journeys/{journey}/{hop}': route(
    'one hop of a notification in full, secrets masked',
    ({ world }, { value }) => {
      const detail = world.console.journeys.detail(value('journey'), value('hop'));
      if (detail === undefined) throw new ControlError(404, 'That hop is no longer kept.');
      return detail;
    },
  ),
  'POST /local/console/phones': routeWithBody(
    'puts a phone or browser on the table and registers it',
    wish,
    async ({ world }, body) => (await world.console.handsets.add(body)).handset.view(),
  ),
  'DELETE /local/console/phones/{id}': route('takes a phone off the table', ({ world }, { value }) => {
    world.console.handsets.remove(known(world, value('id')).id);
    return null;
  }),
  'POST /local/console/phones/{id}/register': route(
    'the app registers again',
    async ({ world }, { value }) => {
      await known(world, value('id')).register();
      return null;
    },
  ),
  'POST /local/console/phones/{id}/unregister': route('the app unregisters', async ({ world }, { value }) => {
    await known(world, value('id')).unregister();
    return null;
  }),
  'POST /local/console/phones/{id}/check-in': route('the app checks in', async ({ world }, { value }) => {
    await known(world, value('id')).checkIn();
    return null;
  }),
  'POST /local/console/phones/{id}/change-password': route(
    'changes the password at Exchange; the phone does not know the new one',
    ({ world }, { value }) => {
      world.console.handsets.changePassword(known(world, value('id')).view().email);
      world.console.exchangeChanged();
      return null;
    },
  ),
  'POST /local/console/phones/{id}/delete-app': route(
    'deletes the app, so that its push token ends',
    ({ world }, { value }) => {
      world.console.handsets.uninstall(known(world, value('id')));
      return null;
    },
  ),
  'POST /local/console/phones/{id}/clear': route('clears the lock screen', ({ world }, { value }) => {
    known(world, value('id')).clear();
    return null;
  }),
  'PATCH /local/console/phones/{id}': routeWithBody(
    'switches the phone on or off',
    z.strictObject({ online: z.boolean() }),
    ({ world }, { online }, { value }) => {
      world.console.handsets.setOnline(known(world, value('id')), online);
      return null;
    },
  ),
  'POST /local/console/clock': routeWithBody(
    'lets time pass in steps of five minutes in which the phones keep up',
    jump,
    async ({ world, page }, { advanceMs }) => {
      await world.console.pass(advanceMs);
      page.live.clockChanged();
      world.console.exchangeChanged();
      return null;
    },
  ),
};
