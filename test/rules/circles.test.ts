import { describe, expect, test } from '@jest/globals';
import { importedFile, importsOf } from './imports.ts';
import { sourceFiles } from './source-files.ts';

type Graph = ReadonlyMap<string, readonly string[]>;

function graphOf(files: readonly string[]): Graph {
  return new Map(
    files.map((file) => [file, importsOf(file).flatMap((specifier) => importedFile(file, specifier) ?? [])]),
  );
}

/** The first way found that leads from a file back to itself, for every file that is on one. */
function circlesIn(graph: Graph): readonly string[] {
  const done = new Set<string>();
  const circles: string[] = [];

  function walk(file: string, path: readonly string[]): void {
    const before = path.indexOf(file);
    if (before !== -1) {
      circles.push([...path.slice(before), file].join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  }

  for (const file of graph.keys()) walk(file, []);
  return circles;
}

describe('circles of imports', () => {
  test('no file leads back to itself, not even by its types', () => {
    expect(circlesIn(graphOf(sourceFiles()))).toEqual([]);
  });

  test('a circle is found from wherever it is entered, with the way around it', () => {
    const graph = new Map([
      ['door', ['a']],
      ['a', ['b', 'leaf']],
      ['b', ['leaf', 'c']],
      ['c', ['a']],
      ['itself', ['itself']],
    ]);
    expect(circlesIn(graph)).toEqual(['a → b → c → a', 'itself → itself']);
  });
});
