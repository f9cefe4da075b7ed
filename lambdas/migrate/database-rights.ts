/** Who reaches the database: two functions that serve callers, the scheduled work, the health check, the operator. */
export const GROUPS = ['app', 'upkeep', 'reader', 'operator'] as const;
export type Group = (typeof GROUPS)[number];

/** Role that holds the rights of a group; those who log on are its members. */
export function groupRole(group: Group): string {
  return `ens_${group}_rights`;
}

const ROWS = 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO';

/**
 * Rights on rows, and on nothing else. Whose hands a function is in when it is taken over must not be able to make API
 * tokens, nor put a public key of its own in the place of somebody's: those tables are written column by column.
 */
const RIGHTS: Readonly<Record<Group, (role: string) => readonly string[]>> = {
  app: (role) => [
    `${ROWS} ${role}`,
    `REVOKE INSERT, UPDATE, DELETE ON api_tokens, key_pairs, schema_migrations FROM ${role}`,
    `REVOKE SELECT, UPDATE, DELETE ON revocations FROM ${role}`,
  ],
  upkeep: (role) => [
    `${ROWS} ${role}`,
    `REVOKE ALL ON api_tokens FROM ${role}`,
    // To revoke again after a restore; triggers keep what is revoked revoked.
    `GRANT SELECT (id, revoked_at), UPDATE (revoked_at) ON api_tokens TO ${role}`,
    `REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM ${role}`,
    `REVOKE UPDATE ON key_pairs FROM ${role}`,
    `GRANT UPDATE (retired_at) ON key_pairs TO ${role}`,
    `REVOKE INSERT, UPDATE ON devices FROM ${role}`,
  ],
  reader: (role) => [
    `GRANT SELECT (token_sha256, created_at, revoked_at) ON api_tokens TO ${role}`,
    `GRANT SELECT (created_at, retired_at) ON key_pairs TO ${role}`,
    `GRANT SELECT (state, last_seen_at) ON subscriptions TO ${role}`,
  ],
  operator: (role) => [
    `${ROWS} ${role}`,
    `REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM ${role}`,
    `REVOKE UPDATE, DELETE ON api_tokens FROM ${role}`,
    `GRANT UPDATE (revoked_at) ON api_tokens TO ${role}`,
    `REVOKE UPDATE ON key_pairs FROM ${role}`,
    `GRANT UPDATE (retired_at) ON key_pairs TO ${role}`,
  ],
};

/** Statements that give the group's role exactly its rights, whatever it had before. */
export function rightsOf(group: Group): readonly string[] {
  const role = groupRole(group);
  return [
    `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role}`,
    `GRANT USAGE ON SCHEMA public TO ${role}`,
    ...RIGHTS[group](role),
  ];
}
