import type { TestWorld } from './world.ts';

/** A backup of the whole database as it is now; calling the result restores it, as a restored cluster would hold it. */
export async function backUp({ world }: TestWorld): Promise<() => Promise<void>> {
  const { database } = world.aws;
  const tables = (
    await database.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`)
  ).map(({ tablename }) => String(tablename));
  await database.query('CREATE SCHEMA backup');
  for (const table of tables) await database.query(`CREATE TABLE backup.${table} AS TABLE public.${table}`);
  return async () => {
    // Rows are put back as they were: neither triggers nor references have a say.
    await database.query('SET session_replication_role = replica');
    for (const table of tables) {
      await database.query(`DELETE FROM public.${table}`);
      await database.query(`INSERT INTO public.${table} SELECT * FROM backup.${table}`);
    }
    await database.query('SET session_replication_role = DEFAULT');
    await database.query('DROP SCHEMA backup CASCADE');
  };
}
