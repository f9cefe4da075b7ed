import { dirname, join, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { INDEX, isOfLibrary, LIBRARY, moduleName, moduleNames } from './library.ts';
import modulesInUse from './modules-in-use.json' with { type: 'json' };
import { requireOnUse } from './require-on-use.ts';

/** Name of the second file, beside the function's `index.mjs`, without extension. */
export const REST = 'exchange-library-rest';
/** Entry point that makes it. */
export const REST_ENTRY = 'ens:exchange-library-rest';

const REST_FILE = `./${REST}.mjs`;
const REST_NAMESPACE = 'exchange-library-rest';
const DOOR_NAMESPACE = 'exchange-library-door';

/**
 * Lays ews-javascript-api down in two files. What our three operations run (`modules-in-use.json`) is at hand; the
 * other modules, three quarters of them, lie in a file that is loaded when one of them is asked for. Nothing is left
 * out and nothing is there twice: a module that nobody foresaw costs time, never an answer.
 */
export function exchangeLibrary(): Plugin {
  const inUse: ReadonlySet<string> = new Set(modulesInUse);
  return {
    name: 'exchange-library',
    setup(build) {
      build.onLoad({ filter: /\.js$/ }, ({ path }) => {
        if (!isOfLibrary(path)) return undefined;
        // Whoever loads the library does so while it waits for the database: all that a mail needs runs then.
        const more = moduleName(path) === INDEX ? requireAll(modulesInUse) : '';
        return { contents: `${requireOnUse(path)}\n${more}`, loader: 'js' };
      });
      build.onResolve({ filter: /^\./ }, ({ path, importer }) => {
        if (path === REST_FILE) return { path, external: true };
        if (!isOfLibrary(importer) || !inUse.has(moduleName(importer))) return undefined;
        const target = moduleName(resolve(dirname(importer), path)).replace(/(?<!\.js)$/, '.js');
        return inUse.has(target) ? undefined : { path: target, namespace: DOOR_NAMESPACE };
      });
      build.onLoad({ filter: /./, namespace: DOOR_NAMESPACE }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(REST_FILE)}).modules[${JSON.stringify(path)}]();`,
        resolveDir: LIBRARY,
      }));
      build.onResolve({ filter: new RegExp(`^${REST_ENTRY}$`) }, () => ({
        path: REST,
        namespace: REST_NAMESPACE,
      }));
      build.onLoad({ filter: /./, namespace: REST_NAMESPACE }, () => ({
        contents: restSource(moduleNames().filter((name) => !inUse.has(name))),
        resolveDir: LIBRARY,
      }));
    },
  };
}

function requireAll(names: readonly string[]): string {
  return names.map((name) => `require(${JSON.stringify(`./${name}`)});`).join('\n');
}

/** `modules`: what to call for each module's exports. */
function restSource(names: readonly string[]): string {
  const entries = names.map(
    (name) => `${JSON.stringify(name)}: () => require(${JSON.stringify(join(LIBRARY, name))}),`,
  );
  return ['export const modules = {', ...entries, '};'].join('\n');
}
