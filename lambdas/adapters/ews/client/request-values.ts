import { writeXmlValue } from '../write-xml.ts';

/**
 * What the EWS library writes in place of the value at that index. It passes the library's own checks, and holds
 * nothing that XML escapes, so that it does not matter whether and how the library does.
 */
export function placeholder(index: number): string {
  return `https://ens.invalid/${index}/`;
}

const PLACEHOLDER = /https:\/\/ens\.invalid\/(\d+)\//g;

/**
 * Puts the values, escaped, where the library wrote their placeholders. Throws TypeError where a value cannot be
 * written in XML, or where the request does not hold every placeholder exactly once: then nothing is sent.
 */
export function fillIn(request: string, values: readonly string[]): string {
  let next = 0;
  const filled = request.replace(PLACEHOLDER, (_placeholder, index: string) => {
    const value = Number(index) === next ? values[next] : undefined;
    if (value === undefined) throw new TypeError('a request holds a placeholder that it should not');
    next += 1;
    return writeXmlValue(value);
  });
  if (next !== values.length) throw new TypeError('a request holds fewer values than it should');
  return filled;
}
