/**
 * Stands where a mailbox names its server, for the mailbox of a doctor's probe. No host starts with a colon,
 * so that no registration ever meets such a row.
 */
export const PROBE_HOST = ':probe';
