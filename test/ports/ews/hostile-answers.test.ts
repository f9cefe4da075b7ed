import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EWS_ANSWER, readAnswerXml } from '#adapters/ews/answer-xml.ts';
import { readXml } from '#adapters/ews/xml.ts';
import { BUDGETS } from '#contract';
import { NODE_OPTIONS } from '../../../lib/constructs/ens-function.ts';
import { documentsAtTheBounds, jsonOf, XML_PARSERS } from '../../support/hostile-documents.ts';

const CHILD = join(import.meta.dirname, '../../support/parser-child.ts');
const TOKEN_ANSWER_BYTES = 65_536;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ens-hostile-answers-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the parser made of each document, in one process with the heap of a deployed function. */
async function outcomesOf(
  parser: string,
  documents: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const here = join(folder, parser);
  mkdirSync(here);
  for (const [title, text] of documents) writeFileSync(join(here, title), text);
  const env = { ...process.env, NODE_OPTIONS };
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, parser, here], { env });
  return stdout.trim().split('\n');
}

describe('documents at the bounds of what is read', () => {
  test.each(Object.keys(XML_PARSERS))('pass no bound of the parser named %s', (parser) => {
    const { frame, limits } = at(parser);
    for (const [title, text] of documentsAtTheBounds(frame, limits)) {
      expect([title, readXml(text, limits).ok]).toEqual([title, true]);
    }
    // One more of what has reached its bound is refused.
    const empty = documentsAtTheBounds(frame, limits).get('empty elements') ?? '';
    expect(readXml(empty.replace('<a/>', '<a/><a/>'), limits)).toEqual({ ok: false, fault: 'too-large' });
  });

  test.each([
    ['callback', /^(?:0|13\d\d\d) new items$/],
    ['ews', /^fulfilled$/],
    ['pox', /^no$/],
    ['soap', /^no$/],
  ])('fit the heap of a deployed function: %s', async (parser, outcome) => {
    const { frame, limits } = at(parser);
    const documents = documentsAtTheBounds(frame, limits);
    const outcomes = await outcomesOf(parser, documents);
    expect(outcomes).toHaveLength(documents.size);
    for (const line of outcomes) expect(line.split(': ')[1]).toMatch(outcome);
  });

  test('fit the heap of a deployed function: JSON of a token endpoint', async () => {
    const outcomes = await outcomesOf('token', jsonOf(TOKEN_ANSWER_BYTES));
    for (const line of outcomes) expect(line).toContain('TokenEndpoint:AnswerNotUnderstood');
    expect(outcomes).toHaveLength(jsonOf(TOKEN_ANSWER_BYTES).size);
  });

  test('fit the heap of a deployed function: JSON of a registration', async () => {
    const outcomes = await outcomesOf('register', jsonOf(BUDGETS.registerBodyBytes));
    for (const line of outcomes) expect(line).toContain('REQUEST_INVALID');
    expect(outcomes).toHaveLength(jsonOf(BUDGETS.registerBodyBytes).size);
  });
});

test('an answer of 190,000 empty elements is refused before it is parsed', () => {
  const { frame } = at('ews');
  const answer = Buffer.from(frame.before + '<a/>'.repeat(190_000) + frame.after);
  expect(answer.byteLength).toBeLessThan(EWS_ANSWER.maxBytes);
  expect(readAnswerXml(answer, EWS_ANSWER)).toBeUndefined();
});

function at(parser: string) {
  const found = XML_PARSERS[parser];
  if (found === undefined) throw new TypeError(`no parser ${parser}`);
  return found;
}
