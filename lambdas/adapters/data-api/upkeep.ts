import { randomUUID } from 'node:crypto';
import { asId, type SubscriptionId } from '#domain/model/ids.ts';
import type { UpkeepStore } from '#domain/ports/upkeep-store.ts';
import type { Database, Parameters } from './database.ts';
import { readDevices } from './devices.ts';
import { createRevocationStore } from './revocations.ts';
import { asRow, number, optional, type Row, text } from './row.ts';
import { createEndpointUpkeep } from './upkeep-endpoints.ts';
import { createKeyUpkeep } from './upkeep-keys.ts';
import {
  DELETE_EXPIRED,
  DELETE_LEFTOVERS,
  MARK_SILENT,
  OWED,
  OWED_TRIED,
  PAID,
  PULSE,
  REMEMBER_OUTAGE,
  SCHEDULE_CREDENTIAL_WAKES,
  WAKE_ALL,
  WAKES_DUE,
  WOKEN,
} from './upkeep-statements.ts';

/** Mailboxes per answer: with 20 devices each they stay below the 1 MiB that the Data API returns. */
const MAILBOXES_PER_ANSWER = 50;
const FIRST_UUID = '00000000-0000-0000-0000-000000000000';

/** What scheduled work reads and writes. One store per run or instance. */
export function createUpkeepStore(database: Database): UpkeepStore {
  /** When the debts that this instance has handed out were made. */
  const debts = new Map<SubscriptionId, number>();

  async function count(sql: string, parameters: Parameters): Promise<number> {
    const [row] = await database.run(sql, parameters);
    return number(asRow(row), 'count');
  }

  async function inPages(sql: string, parameters: Parameters, limit: number): Promise<readonly Row[]> {
    const rows: Row[] = [];
    while (rows.length < limit) {
      const size = Math.min(MAILBOXES_PER_ANSWER, limit - rows.length);
      const page = await database.run(sql, { ...parameters, limit: size, offset: rows.length });
      rows.push(...page.map(asRow));
      if (page.length < size) break;
    }
    return rows;
  }

  return {
    ...createEndpointUpkeep(database),
    ...createRevocationStore(database),
    ...createKeyUpkeep(database),
    async pulse() {
      const [value] = await database.run(PULSE, { start: randomUUID() });
      const row = asRow(value);
      const outage = optional(row, 'outage', (r, name) => asRow(r[name])) ?? {};
      return {
        activeSubscriptions: number(row, 'activeSubscriptions'),
        newestSeenAt: optional(row, 'newestSeenAt', number),
        silenceSince: optional(outage, 'silenceSince', number),
        resumedAt: optional(outage, 'resumedAt', number),
      };
    },
    async rememberOutage({ silenceSince, resumedAt }, now) {
      await database.run(REMEMBER_OUTAGE, { value: JSON.stringify({ silenceSince, resumedAt }), now });
    },
    markSilent: ({ seenBefore, now, limit }) => count(MARK_SILENT, { seen_before: seenBefore, now, limit }),
    async wakesDue({ now, limit }) {
      const rows = await inPages(WAKES_DUE, { now }, limit);
      return rows.map((row) => ({
        subscriptionId: asId<SubscriptionId>(text(row, 'subscriptionId')),
        stage: number(row, 'stage'),
        devices: readDevices(row),
      }));
    },
    async woken({ subscriptionIds, stage, nextAt }) {
      await database.run(WOKEN, { ids: JSON.stringify(subscriptionIds), stage, next_at: nextAt });
    },
    scheduleCredentialWakes: ({ now, credentialsEndBefore, ownerlessBefore, limit }) =>
      count(SCHEDULE_CREDENTIAL_WAKES, {
        now,
        end_before: credentialsEndBefore,
        ownerless_before: ownerlessBefore,
        limit,
      }),
    async scheduleWakeForAll(now) {
      let scheduled = 0;
      for (let after: string | undefined = FIRST_UUID; after !== undefined; ) {
        const [value] = await database.run(WAKE_ALL, { now, after });
        const row = asRow(value);
        scheduled += number(row, 'count');
        after = optional(row, 'last', text);
      }
      return scheduled;
    },
    async owed({ triedBefore, limit }) {
      const rows = await inPages(OWED, { tried_before: triedBefore }, limit);
      return rows.map((row) => {
        const subscriptionId = asId<SubscriptionId>(text(row, 'subscriptionId'));
        debts.set(subscriptionId, number(row, 'owedSince'));
        return { subscriptionId, devices: readDevices(row) };
      });
    },
    async owedTried(subscriptionIds, now) {
      await database.run(OWED_TRIED, { ids: JSON.stringify(subscriptionIds), now });
    },
    async paid(subscriptionIds) {
      const paid = subscriptionIds.map((id) => ({ id, since: debts.get(id) }));
      await database.run(PAID, { debts: JSON.stringify(paid) });
      for (const id of subscriptionIds) debts.delete(id);
    },
    deleteExpired: (now, limit) => count(DELETE_EXPIRED, { now, limit }),
    deleteLeftovers: (request) =>
      count(DELETE_LEFTOVERS, {
        pending: request.pendingBefore,
        superseded: request.supersededBefore,
        cached: request.cachedBefore,
        told: request.toldBefore,
        failures: request.failuresBefore,
        ended: request.endedBefore,
        limit: request.limit,
      }),
  };
}
