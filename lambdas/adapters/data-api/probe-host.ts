/**
 * Stands where a mailbox names its server, for the mailbox of a doctor's probe. No address of a server begins with a
 * slash, so no registration meets such a row. A colon in a literal might be read as a parameter.
 */
export const PROBE_HOST = '/probe';
