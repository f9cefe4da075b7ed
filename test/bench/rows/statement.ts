import { createCallbackStore } from '#adapters/data-api/callbacks.ts';
import { createUpkeepStore } from '#adapters/data-api/upkeep.ts';
import { asId, type SubscriptionId } from '#domain/model/ids.ts';
import { createRunUpkeep } from '#domain/upkeep/run-upkeep.ts';
import { HOW_TO_INSTALL, startPostgres } from '../../support/postgres/server.ts';
import type { BenchOptions, Row } from '../row.ts';
import { createDatabaseOf, GENERATED_AT, idOf, inboxOf, sealedOf } from '../support/many-mailboxes.ts';
import type { PostgresClient } from '../support/postgres-client.ts';
import { alternate, median, rounded, spread } from '../support/statistics.ts';

const RATIO_TARGET = 1.2;
const STATEMENTS_PER_ROUND = 1_000;
const UPKEEP_MS = 240_000;
const UPKEEP_MB = 512;
/** What a function of ours takes before it does anything, rounded up. */
const LOADED_MB = 100;
const BETWEEN_RUNS_MS = 300_000;
const HOUR_MS = 3_600_000;

const WHAT = {
  statement: 'statement time with 1,000,000 mailboxes against 10,000 (PostgreSQL)',
  upkeep: 'a run of upkeep with 1,000,000 subscriptions, 1 % of them silent',
} as const;

/** The callback's statement, and a run of upkeep, on a real PostgreSQL with generated rows. */
export async function measureStatements(options: BenchOptions): Promise<readonly Row[]> {
  const server = await startPostgres();
  if (server === undefined)
    return [notMeasured(WHAT.statement, `≤ ${RATIO_TARGET} ×`), notMeasured(WHAT.upkeep, '')];
  const [few, many] = options.quick ? [1_000, 20_000] : [10_000, 1_000_000];
  try {
    options.progress(`filling PostgreSQL with ${few} and ${many} mailboxes`);
    const small = await createDatabaseOf(server.socketPath, 'few', few);
    const large = await createDatabaseOf(server.socketPath, 'many', many);
    const rows = [
      await statementRow(small, few, large, many, server.version, options),
      await upkeepRow(large, many, options),
    ];
    small.close();
    large.close();
    return rows;
  } finally {
    await server.stop();
  }
}

function notMeasured(what: string, target: string): Row {
  return { what, target, measured: HOW_TO_INSTALL, met: undefined, details: [] };
}

async function statementRow(
  small: PostgresClient,
  few: number,
  large: PostgresClient,
  many: number,
  version: string,
  options: BenchOptions,
): Promise<Row> {
  const medianMs = (client: PostgresClient, count: number) => {
    const store = createCallbackStore(client);
    return async () => {
      const times: number[] = [];
      for (let index = 0; index < STATEMENTS_PER_ROUND; index += 1) {
        const n = 1 + Math.floor(Math.random() * count);
        const now = GENERATED_AT + index;
        const started = performance.now();
        const seen = await store.see({
          subscriptionId: asId<SubscriptionId>(idOf('s', n)),
          sealedSha256: sealedOf(n),
          now,
          previousWatermark: `AQAAAB${n}`,
          claim: { by: crypto.randomUUID(), leaseMs: 15_000 },
          alerts: 1,
          watermark: `AQAAAB${Math.random().toString(36).slice(2)}`,
          folders: [{ folderSha256: inboxOf(n), count: index % 90, at: now }],
        });
        times.push(performance.now() - started);
        if (seen?.devices.length !== 2) throw new Error('the generated rows do not fit the statement');
      }
      return median(times);
    };
  };
  const sides = { few: medianMs(small, few), many: medianMs(large, many) };
  // The first round of each finds cold buffers.
  await sides.few();
  await sides.many();
  const { few: fewMs = [], many: manyMs = [] } = await alternate(options.quick ? 3 : 15, sides);
  const ratio = median(manyMs.map((ms, round) => ms / (fewMs[round] ?? Number.NaN)));
  return {
    what: WHAT.statement,
    target: `≤ ${RATIO_TARGET} ×`,
    measured: `${rounded(ratio)} ×`,
    met: ratio <= RATIO_TARGET,
    details: [
      `${many.toLocaleString('en')} mailboxes ${spread(manyMs)}, ${few.toLocaleString('en')} mailboxes ${spread(fewMs)} per statement (medians of rounds), of random mailboxes`,
      `${fewMs.length} rounds of ${STATEMENTS_PER_ROUND} each, in turn, over a Unix socket; ${version}, 128 MB of shared buffers, two devices per mailbox`,
    ],
  };
}

/** The real use case and statements; SNS and KMS answer at once, so that what is left is ours and PostgreSQL's. */
async function upkeepRow(client: PostgresClient, count: number, options: BenchOptions): Promise<Row> {
  options.progress('upkeep');
  // Everybody was heard within the last half hour but one in a hundred, who fell silent two hours ago.
  await client.execute(
    `UPDATE subscriptions SET last_seen_at = ${GENERATED_AT} - CASE WHEN left(id::text, 2) IN ('00', '01', '02') AND random() < 0.85 THEN 7200000 ELSE 600000 END`,
  );
  await client.execute('VACUUM (ANALYZE) subscriptions');
  let pushes = 0;
  let [runAt, startedAt] = [GENERATED_AT, performance.now()];
  const failures: string[] = [];
  const runUpkeep = createRunUpkeep(
    {
      store: createUpkeepStore(client),
      revocations: { marker: async () => undefined, all: async () => [], add: async () => {} },
      keyPairMaker: { make: () => Promise.reject(new Error('the bench has key pairs enough')) },
      push: {
        send: async () => {
          pushes += 1;
          return { kind: 'delivered' };
        },
      },
      deleteEndpoint: async () => {},
      clock: { now: () => runAt + (performance.now() - startedAt) },
      ids: { uuid: () => crypto.randomUUID() },
      log: {
        info: () => {},
        warn: () => {},
        error: (event, fields) => void failures.push(`${event} ${JSON.stringify(fields)}`),
      },
      metrics: { count: () => {} },
    },
    {
      statusFrequencyMinutes: 30,
      keyRotationMs: 24 * HOUR_MS,
      keyLifeMs: 30 * 24 * HOUR_MS,
      backupDays: 14,
      batchSize: 500,
      budgetMs: 180_000,
    },
  );
  const times: number[] = [];
  const residentBefore = process.memoryUsage.rss();
  for (let run = 0; run < 3; run += 1) {
    [runAt, startedAt] = [GENERATED_AT + run * BETWEEN_RUNS_MS, performance.now()];
    await runUpkeep();
    times.push(performance.now() - startedAt);
  }
  const slowestMs = Math.max(...times);
  const grownMb = (process.memoryUsage.rss() - residentBefore) / 1_000_000;
  return {
    what: WHAT.upkeep,
    target: `inside the function's ${UPKEEP_MS / 1_000} s and ${UPKEEP_MB} MB`,
    measured: `${rounded(slowestMs / 1_000)} s, ${rounded(grownMb)} MB on top of the loaded function`,
    met: slowestMs < UPKEEP_MS && grownMb < UPKEEP_MB - LOADED_MB && failures.length === 0,
    details: [
      `${count.toLocaleString('en')} subscriptions; three runs in a row took ${times.map((ms) => `${rounded(ms / 1_000)} s`).join(', ')} and sent ${pushes} pushes`,
      'SNS and KMS answer at once here, what they take in AWS is bounded by the 180 s after which a run starts no further batch',
      ...failures,
    ],
  };
}
