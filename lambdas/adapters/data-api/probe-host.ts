/**
 * Stands where a mailbox names its server, for the mailbox of a doctor's probe. No host holds a slash, so no
 * registration meets such a row. A colon in a literal might be read as a parameter.
 */
export const PROBE_HOST = '/probe';
