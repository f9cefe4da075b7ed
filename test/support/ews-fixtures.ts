import { readFileSync } from 'node:fs';

const FOLDER = new URL('../fixtures/ews/', import.meta.url);

/** Bytes of a file in test/fixtures/ews. */
export function ewsFixture(name: string): Buffer {
  return readFileSync(new URL(name, FOLDER));
}

/** An id or watermark that the fixtures use, by the name it has in ids.json. */
export function fixtureId(name: string): string {
  const ids: unknown = JSON.parse(ewsFixture('ids.json').toString('utf8'));
  const id: unknown = typeof ids === 'object' && ids !== null ? Reflect.get(ids, name) : undefined;
  if (typeof id !== 'string') throw new Error(`no id ${name} in ids.json`);
  return id;
}
