import { afterEach, describe, expect, test } from '@jest/globals';
import { type EnsRun, runEns, runEnsHearing, spawnEns, withPassword } from '../support/ens-cli.ts';
import { API_TOKEN, useWorld } from '../support/world.ts';

const world = useWorld();
afterEach(() => world().world.faults.clear());

interface Point {
  readonly point: string;
  readonly verdict: string;
  readonly reason: string;
  readonly nextStep?: string;
}

async function verify(
  { onPrompt = () => {} }: { readonly onPrompt?: () => unknown },
  ...args: readonly string[]
): Promise<EnsRun & { readonly points: ReadonlyMap<string, Point> }> {
  const run = await runEnsHearing(
    (text) => {
      if (text.startsWith('Send a mail')) onPrompt();
    },
    '--local',
    world().world.origin,
    '--json',
    'verify',
    '--token',
    API_TOKEN,
    '--wait-seconds',
    '20',
    ...args,
  );
  const { points } = JSON.parse(run.out);
  return { ...run, points: new Map(points.map((point: Point) => [point.point, point])) };
}

function notOk(points: ReadonlyMap<string, Point>): string[] {
  return [...points.values()].filter(({ verdict }) => verdict !== 'ok').map(({ point }) => point);
}

/** Rows of every table that a registration can leave, and the API tokens that are valid. */
async function stored() {
  const tables = ['mailboxes', 'devices', 'subscriptions', 'endpoints'];
  const tokens = (await world().rows('api_tokens')).filter((row) => row.revoked_at === null);
  const counts = Object.fromEntries(
    await Promise.all(tables.map(async (table) => [table, (await world().rows(table)).length] as const)),
  );
  return { ...counts, api_tokens: tokens.length };
}

describe('ens verify', () => {
  test('finds every point of the local world as it should be, and leaves nothing behind', async () => {
    const before = [await stored(), world().world.exchange.mailboxes.all().length];
    const { code, out, err } = await spawnEns(['verify', '--local', world().world.origin]);
    expect(err.replaceAll(/^.* … \d+ s$\n/gm, '')).toBe('');
    const lines = [...out.matchAll(/^\| ([A-Za-z ]+) \| (\S+) \| .*\.? \|$/gm)].slice(1);
    expect(lines.map(([, point, verdict]) => [point, verdict])).toEqual(
      [
        'functions',
        'link address',
        'ENS answers',
        'limit of the gateway',
        'API token',
        'deep health',
        'key pair',
        'push applications',
        'rights of the functions',
        'registration',
        'new mail',
        'counts on the dashboard',
        'alarms',
        'nothing left behind',
      ].map((point) => [point, 'ok']),
    );
    expect(out).toMatch(/^# ENS, the local world at .*: verified at 20/);
    expect(out).toMatch(/\nAll 14 points that were looked at are as they should be\./);
    expect(code).toBe(0);
    expect([await stored(), world().world.exchange.mailboxes.all().length]).toEqual(before);
  });

  test('uses the mailbox that it is told, and waits for a mail that somebody sends', async () => {
    const mailbox = world().newMailbox('administrator');
    const { code, points, out, err } = await withPassword(mailbox.password, (descriptor) =>
      verify(
        { onPrompt: () => world().deliverMail(mailbox.email) },
        '--email',
        mailbox.email,
        '--ews-url',
        mailbox.ewsUrl,
        '--password-fd',
        descriptor,
      ),
    );
    expect(notOk(points)).toEqual([]);
    expect(code).toBe(0);
    expect(err).toMatch(/^Send a mail to the mailbox now/m);
    for (const secret of [mailbox.email, mailbox.password, API_TOKEN])
      expect(`${out}${err}`).not.toContain(secret);
    expect(world().world.exchange.mailboxes.find(mailbox.email)).toBeDefined();
  });

  test('says so where Exchange reports nothing, and still puts everything away', async () => {
    const mailbox = world().newMailbox('unheard');
    const before = await stored();
    const { code, points } = await withPassword(mailbox.password, (descriptor) =>
      verify(
        {},
        '--email',
        mailbox.email,
        '--ews-url',
        mailbox.ewsUrl,
        '--password-fd',
        descriptor,
        '--wait-seconds',
        '1',
      ),
    );
    expect(notOk(points)).toEqual(['mail']);
    expect(points.get('mail')?.nextStep).toMatch(/ens doctor/);
    expect(code).toBe(1);
    expect(await stored()).toEqual(before);
  });

  test('makes calls without effect where the operator may not simulate policies', async () => {
    world().world.faults.add({ service: 'iam', error: 'AccessDenied', times: 1 });
    const { points } = await verify({});
    expect(points.get('rights')).toMatchObject({ verdict: 'ok' });
    expect(points.get('rights')?.reason).toMatch(/^Not simulated, because you may not call/);
  });

  test('goes on where CloudWatch refuses the operator', async () => {
    world().world.faults.add({ service: 'cloudwatch', error: 'AccessDenied', times: 100 });
    const { code, points } = await verify({}, '--wait-seconds', '1');
    expect(notOk(points)).toEqual(['counts', 'alarms']);
    expect(points.get('alarms')?.reason).toBe(
      'cloudwatch:DescribeAlarms was refused or not answered (AccessDenied).',
    );
    expect(points.get('removed')).toMatchObject({ verdict: 'ok' });
    expect(code).toBe(1);
  });

  test('names the alarm that is on, with its section of the runbook', async () => {
    world().world.logs.write(
      'callback',
      JSON.stringify({
        _aws: {
          Timestamp: world().world.clock.now(),
          CloudWatchMetrics: [
            { Namespace: 'ENS', Dimensions: [['service', 'stage']], Metrics: [{ Name: 'OwnerMismatch' }] },
          ],
        },
        service: 'callback',
        stage: 'local',
        OwnerMismatch: 1,
      }),
    );
    const { points } = await verify({});
    expect(points.get('alarms')).toMatchObject({ verdict: 'failed' });
    expect(points.get('alarms')?.reason).toMatch(/ens-local-owner-mismatch/);
    expect(points.get('alarms')?.nextStep).toMatch(/#owner-mismatch/);
  });

  test('ends with 3 where there is no deployment', async () => {
    expect(await runEns('verify', '--local', 'http://127.0.0.1:9')).toMatchObject({ code: 3, out: '' });
  });
});
