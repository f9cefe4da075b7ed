import { expect, it } from '@jest/globals';
import type { Engine } from '../../../local/aws/rds-data/engine.ts';
import { createSessions } from '../../../local/aws/rds-data/sessions.ts';
import { createClock } from '../../../local/world/clock.ts';

const LOGIN = { user: 'u', password: 'p', database: 'd' };
const SELECT = [{ sql: 'SELECT 1', parameters: [] }];

/** A database that notes what it is asked and answers at once. */
function recordingEngine(log: string[]): Engine {
  return {
    authenticates: async (user) => {
      log.push(`authenticates ${user}`);
      return true;
    },
    become: async () => {},
    async run(sql) {
      log.push(sql);
      return { command: sql, columns: [], rows: [], affected: 0 };
    },
    inspect: async () => [],
    close: async () => {},
  };
}

it('lets nobody wait for ever behind a transaction that was left open', async () => {
  const log: string[] = [];
  const sessions = createSessions(recordingEngine(log), createClock(), 1);
  const id = await sessions.begin(LOGIN);
  await expect(sessions.run(LOGIN, SELECT, undefined)).rejects.toMatchObject({
    code: 'StatementTimeoutException',
  });
  await sessions.rollback(id);
  await sessions.run(LOGIN, SELECT, undefined);
  expect(log).toEqual(['authenticates u', 'BEGIN', 'ROLLBACK', 'SELECT 1']);
});

it('runs one statement of a transaction at a time', async () => {
  const sessions = createSessions(recordingEngine([]), createClock());
  const id = await sessions.begin(LOGIN);
  const first = sessions.run(LOGIN, SELECT, id);
  await expect(sessions.run(LOGIN, SELECT, id)).rejects.toMatchObject({
    code: 'DatabaseErrorException',
    message: 'Transaction is still running a query',
  });
  await first;
  await sessions.close();
});

it('asks for a password again after a statement about roles', async () => {
  const log: string[] = [];
  const sessions = createSessions(recordingEngine(log), createClock());
  await sessions.run(LOGIN, SELECT, undefined);
  await sessions.run(LOGIN, [{ sql: 'DROP ROLE other', parameters: [] }], undefined);
  await sessions.run(LOGIN, SELECT, undefined);
  expect(log.filter((one) => one === 'authenticates u')).toHaveLength(2);
});
