import { registrations } from './0001-registrations.ts';
import { boundRegistrations } from './0002-bound-registrations.ts';
import { claimsAndLimits } from './0003-claims-and-limits.ts';
import { owedTurns } from './0004-owed-turns.ts';
import { signInLimits } from './0009-sign-in-limits.ts';
import { revocations } from './0010-revocations.ts';
import { autodiscoverPlaces } from './0011-autodiscover-places.ts';
import { webPush } from './0012-web-push.ts';
import type { Migration } from './migration.ts';

/** Every migration, oldest first. */
export const MIGRATIONS: readonly Migration[] = [
  registrations,
  boundRegistrations,
  claimsAndLimits,
  owedTurns,
  signInLimits,
  revocations,
  autodiscoverPlaces,
  webPush,
];
