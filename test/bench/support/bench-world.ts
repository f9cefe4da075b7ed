import { createClient } from '../../../local/client/client.ts';
import { newPhone } from '../../../local/client/new-phone.ts';
import { environmentOf } from '../../../local/functions/environment.ts';
import { eventOf } from '../../../local/gateway/event.ts';
import { createRouter } from '../../../local/gateway/routing.ts';
import type { SimulatedBrowser } from '../../../local/push-service/simulated-browser.ts';
import { synthesise } from '../../../local/synthesise.ts';
import type { Json } from '../../../local/template/json.ts';
import type { FunctionSpec } from '../../../local/template/model.ts';
import { startWorld } from '../../../local/world/start-world.ts';
import type { World } from '../../../local/world/world.ts';

export const BENCH_TOKEN = 'token-of-the-bench';
export const BENCH_PASSWORD = 'correct horse battery';

/** The local world with the words that the bench needs. */
export interface BenchWorld {
  readonly world: World;
  /** A mailbox with one registered phone, or with one registered browser; its address. */
  register(browser?: SimulatedBrowser): Promise<string>;
  /** Delivers a mail and waits until Exchange has its answer; the item's id. */
  deliver(email: string, subject?: string): Promise<string>;
  /** What API Gateway would hand to the callback function for everything Exchange sent while `work` ran. */
  eventsDuring(work: () => Promise<unknown>): Promise<readonly Json[]>;
  /** Every mailbox may ring again: the measured mails come faster than any person's. */
  forgetAlerts(): Promise<void>;
  spec(functionId: string): FunctionSpec;
  /** Environment of that function as the template has it, pointed at this world. */
  environment(functionId: string): Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startBenchWorld(maxProcesses = 2): Promise<BenchWorld> {
  const world = await startWorld({
    // Measured is a tenant with the public authorities alone: the world's own is for its names, not asked for here.
    assembly: await synthesise({ extraCaFile: undefined }),
    port: 0,
    apiToken: BENCH_TOKEN,
    maxProcesses,
  });
  const client = createClient(world.origin, BENCH_TOKEN);
  let mailboxes = 0;

  function spec(functionId: string): FunctionSpec {
    const found = world.functions.specs.find(({ id }) => id === functionId);
    if (found === undefined) throw new Error(`the template has no function ${functionId}`);
    return found;
  }

  function callbackEvent(url: string, body: string): Json {
    const match = createRouter([
      {
        key: 'POST /api/ens/callback/{subscriptionId}/{sealed}',
        functionArn: spec('callback').arn,
        payloadFormat: '2.0',
      },
    ])('POST', new URL(url).pathname);
    if (match === undefined) throw new Error('a callback went to no route of ours');
    return eventOf(
      {
        method: 'POST',
        path: new URL(url).pathname,
        query: '',
        headers: { host: new URL(url).host, 'content-type': 'text/xml; charset=utf-8' },
        body: Buffer.from(body),
        sourceIp: '203.0.113.7',
        requestId: 'bench',
        apiId: 'bench',
        account: '000000000000',
        at: Date.now(),
      },
      match,
    );
  }

  return {
    world,
    async register(browser) {
      mailboxes += 1;
      const email = `bench${mailboxes}@example.com`;
      world.exchange.mailboxes.create({ email, password: BENCH_PASSWORD });
      const ewsUrl = world.exchange.ewsUrl(email);
      const phone = newPhone({ email, ewsUrl, password: BENCH_PASSWORD });
      const { status } = await client.register(
        browser === undefined ? phone : { ...phone, platform: 'webpush', token: browser.token },
      );
      if (status !== 201) throw new Error(`register answered ${status}`);
      return email;
    },
    async deliver(email, subject = 'Minutes of the meeting on Thursday') {
      const from = { name: 'Bob Builder', address: 'bob@example.com' };
      const { itemId } = world.exchange.mailboxes.deliver(email, { from, subject });
      await world.exchange.idle();
      return itemId;
    },
    async eventsDuring(work) {
      const events: Json[] = [];
      const note = ({ url, body }: { readonly url: string; readonly body: string }) =>
        void events.push(callbackEvent(url, body));
      world.exchange.events.on('callback', note);
      try {
        await work();
        await world.exchange.idle();
      } finally {
        world.exchange.events.off('callback', note);
      }
      return events;
    },
    async forgetAlerts() {
      await world.aws.database.query('UPDATE subscriptions SET alerts = 0, alerts_since = NULL');
    },
    spec,
    environment: (functionId) => environmentOf(spec(functionId), world.aws.origin),
    close: () => world.close(),
  };
}

/** A shallow `GET /alive` as the gateway hands it over. */
export const ALIVE_EVENT: Json = {
  version: '2.0',
  routeKey: 'GET /api/ens/alive',
  rawPath: '/api/ens/alive',
  rawQueryString: '',
  headers: { host: 'ens.example.com' },
  requestContext: { requestId: 'bench', http: { method: 'GET', path: '/api/ens/alive' } },
  isBase64Encoded: false,
};
