import type { KeyPairMaker } from '../ports/crypto.ts';
import type { PushSender } from '../ports/push.ts';
import type { RevocationList } from '../ports/revocations.ts';
import type { Clock, Ids, Log, Metrics } from '../ports/system.ts';
import type { UpkeepStore } from '../ports/upkeep-store.ts';

export interface UpkeepPorts {
  readonly store: UpkeepStore;
  /** What must stay revoked, outside the database. */
  readonly revocations: RevocationList;
  readonly keyPairMaker: KeyPairMaker;
  readonly push: PushSender;
  /** Deletes an endpoint at SNS; idempotent. Throws DependencyUnavailable('sns'). */
  readonly deleteEndpoint: (endpointArn: string) => Promise<void>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface UpkeepSettings {
  readonly statusFrequencyMinutes: number;
  readonly keyRotationMs: number;
  readonly keyLifeMs: number;
  /** How long backups of the database are kept. */
  readonly backupDays: number;
  /** Rows per statement. */
  readonly batchSize: number;
  /** A run stops starting batches after this; the next run goes on where this one stopped. */
  readonly budgetMs: number;
}
