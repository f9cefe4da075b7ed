import type { Migration } from './migration.ts';

/**
 * When a pending notification was last tried. What failed goes to the end of the queue, so that a platform that does not
 * answer never keeps the others waiting.
 */
export const owedTurns: Migration = {
  version: 4,
  name: 'owed-turns',
  statements: ['ALTER TABLE mailboxes ADD COLUMN owed_tried_at bigint'],
};
