import type { Migration } from './migration.ts';

/** The autodiscover server that told a domain's EWS URL last: a search in a hurry begins there. */
export const autodiscoverPlaces: Migration = {
  version: 11,
  name: 'autodiscover-places',
  statements: [
    `CREATE TABLE autodiscover_places (
       domain text PRIMARY KEY CHECK (domain NOT LIKE '%@%'),
       place text NOT NULL CHECK (place NOT LIKE '%@%'),
       told_at bigint NOT NULL
     )`,
  ],
};
