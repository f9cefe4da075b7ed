import { VARIABLES } from '#contract';
import type { EpochMs } from '#domain/model/subscription.ts';
import type { ApiTokenInfo, KeyPairInfo, StatusView } from '#domain/ports/operator-store.ts';
import { EXIT } from '../failure.ts';
import { ago, duration, facts, iso } from '../output.ts';
import type { Done, Session } from '../session.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** What upkeep, which runs every five minutes, may still be about to do. */
const GRACE_MS = 10 * MINUTE_MS;

interface Seen {
  readonly view: StatusView;
  readonly keyPairs: readonly KeyPairInfo[];
  readonly tokens: readonly ApiTokenInfo[];
  readonly now: EpochMs;
  readonly statusFrequencyMinutes: number;
  readonly keyRotationMs: number;
}

/** `ens status`: the deployment in numbers, and what of it needs somebody. */
export async function status(session: Session): Done {
  const { stack, operator, settings } = await session.tools();
  const now = stack.now();
  const [view, keyPairs, tokens] = await session.working(
    'Counting',
    Promise.all([operator.status(now - DAY_MS), operator.listKeyPairs(), operator.listTokens()]),
  );
  const seen: Seen = {
    view,
    keyPairs,
    tokens,
    now,
    statusFrequencyMinutes: settings[VARIABLES.statusFrequencyMinutes],
    keyRotationMs: settings[VARIABLES.keyRotationHours] * HOUR_MS,
  };
  const problems = problemsIn(seen);
  session.show(asJson(seen, stack.place, problems), () => asText(seen, stack.place, problems));
  return problems.length === 0 ? EXIT.ok : EXIT.problems;
}

function usable(keyPairs: readonly KeyPairInfo[]): readonly KeyPairInfo[] {
  return keyPairs.filter(({ retiredAt }) => retiredAt === undefined);
}

function validTokens(tokens: readonly ApiTokenInfo[]): number {
  return tokens.filter(({ revokedAt }) => revokedAt === undefined).length;
}

/** Each with what to do. Exported for its test. */
export function problemsIn(seen: Seen): readonly string[] {
  const { view, now, statusFrequencyMinutes, keyRotationMs } = seen;
  const problems: string[] = [];
  const newestPair = usable(seen.keyPairs)[0];
  if (newestPair === undefined)
    problems.push('There is no usable key pair, so no phone can register. Run `ens upkeep run`.');
  else if (now - newestPair.createdAt > 2 * keyRotationMs)
    problems.push(
      `The newest key pair is ${duration(now - newestPair.createdAt)} old: upkeep does not rotate it. Run \`ens upkeep run\` and read the log of the upkeep function.`,
    );
  if (validTokens(seen.tokens) === 0)
    problems.push('There is no valid API token, so no phone can register. Run `ens tokens create <label>`.');
  const silentMs = view.oldestSeenAt === undefined ? 0 : now - view.oldestSeenAt;
  if (silentMs > 2 * statusFrequencyMinutes * MINUTE_MS + GRACE_MS)
    problems.push(
      `An active subscription has been silent for ${duration(silentMs)} and upkeep has not marked it lost. Run \`ens upkeep run\`; if most are silent, Exchange does not reach ENS: run \`ens doctor\`.`,
    );
  if (view.owed > 0)
    problems.push(
      `${view.owed} mailboxes have a mail that could not be announced. Upkeep pays them a neutral notification: run \`ens upkeep run\`; if the number stays, \`ens push-test\` tells why.`,
    );
  return problems;
}

function asText(
  { view, keyPairs, tokens, now, statusFrequencyMinutes }: Seen,
  place: string,
  problems: readonly string[],
) {
  const { subscriptions: by, endpoints } = view;
  const pairs = usable(keyPairs);
  const lines = facts([
    ['mailboxes', String(view.mailboxes)],
    ['devices', `${view.devices}, push tokens: ${endpoints.enabled} in use, ${endpoints.disabled} no longer`],
    [
      'subscriptions',
      `${by.active} active, ${by.pending} pending, ${by.lost} lost, ${by.rejected} rejected, ${by.superseded} superseded`,
    ],
    ['lost in the last day', String(view.lostSince)],
    [
      'heartbeats',
      `newest ${ago(view.newestSeenAt, now)}, oldest ${ago(view.oldestSeenAt, now)}; one is due every ${statusFrequencyMinutes} min`,
    ],
    ['mailboxes owed a push', String(view.owed)],
    [
      'key pairs',
      `${pairs.length} usable, newest made ${ago(pairs[0]?.createdAt, now)}, oldest ${ago(pairs.at(-1)?.createdAt, now)}; ${keyPairs.length - pairs.length} retired`,
    ],
    ['API tokens', `${validTokens(tokens)} valid`],
  ]);
  const list = problems.map((problem) => `\nPROBLEM  ${problem}\n`).join('');
  return `ENS, ${place}\n\n${lines}${list}`;
}

function asJson({ view, keyPairs, tokens }: Seen, place: string, problems: readonly string[]) {
  const pairs = usable(keyPairs);
  return {
    place,
    mailboxes: view.mailboxes,
    devices: view.devices,
    endpoints: view.endpoints,
    subscriptions: view.subscriptions,
    lostInTheLastDay: view.lostSince,
    oldestSeenAt: iso(view.oldestSeenAt),
    newestSeenAt: iso(view.newestSeenAt),
    owed: view.owed,
    keyPairs: {
      usable: pairs.length,
      retired: keyPairs.length - pairs.length,
      newestCreatedAt: iso(pairs[0]?.createdAt),
      oldestCreatedAt: iso(pairs.at(-1)?.createdAt),
    },
    validApiTokens: validTokens(tokens),
    problems,
  };
}
