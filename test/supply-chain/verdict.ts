/** What a run of `npm audit signatures` has shown. */
export interface Verdict {
  readonly exitCode: 0 | 1;
  readonly sentence: string;
}

const NO_ANSWER = /\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|E40[0-9]|E50[0-9])\b/;

/**
 * Signatures that do not fit fail. A registry that publishes no keys, or does not answer, is said and fails nobody: many
 * who build this sit behind a mirror.
 */
export function verdictOn(code: number | null, output: string): Verdict {
  if (code === 0) return { exitCode: 0, sentence: 'The signatures of all packages are valid.' };
  if (/invalid (?:registry )?signature|missing registry signature|tampered/i.test(output))
    return { exitCode: 1, sentence: 'Some packages have no valid signature: see above.' };
  const [, why] = NO_ANSWER.exec(output) ?? [];
  if (why !== undefined || /no dependencies to audit|no public keys|found no/i.test(output))
    return {
      exitCode: 0,
      sentence: `Signatures were NOT checked: the registry or its key server did not answer (${why ?? 'no keys'}).`,
    };
  return { exitCode: 1, sentence: 'npm audit signatures failed: see above.' };
}
