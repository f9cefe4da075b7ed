import { registrations } from './0001-registrations.ts';
import { webPush } from './0012-web-push.ts';
import type { Migration } from './migration.ts';

/** Every migration, oldest first. */
export const MIGRATIONS: readonly Migration[] = [registrations, webPush];
