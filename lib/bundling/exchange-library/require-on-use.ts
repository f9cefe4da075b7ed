import { readFileSync } from 'node:fs';
import { transformSync } from '@babel/core';
import metro from 'metro-transform-plugins';

const transformed = new Map<string, string>();

/**
 * Source of one CommonJS module in which every `const x = require(…)` at the top moved to where `x` is used: a
 * module then runs when something first needs it and not because its neighbour was loaded. By the plugin with
 * which React Native does this to every app. Kept for the life of this process: two functions bundle the library.
 */
export function requireOnUse(path: string): string {
  const known = transformed.get(path);
  if (known !== undefined) return known;
  const result = transformSync(readFileSync(path, 'utf8'), {
    configFile: false,
    babelrc: false,
    comments: false,
    compact: false,
    plugins: [metro.inlineRequiresPlugin],
  });
  if (typeof result?.code !== 'string') throw new Error(`${path} could not be transformed`);
  transformed.set(path, result.code);
  return result.code;
}
