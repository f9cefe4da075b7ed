/** A frame of a stack ends with a place in a file. */
const FRAME = /^\s+at .*:\d+:\d+\)?$/;

/** Class and place of an error, fit for a log: never its message, which may quote what a user or Exchange sent. */
export function describeBug(error: unknown): { readonly errorName: string; readonly at: string } {
  if (!(error instanceof Error)) return { errorName: typeof error, at: '' };
  // The stack begins with the message, whose lines may look like frames.
  const frame = error.stack
    ?.replace(error.message, () => '')
    .split('\n')
    .find((line) => FRAME.test(line));
  return { errorName: error.name, at: frame?.trim().slice(0, 200) ?? '' };
}
