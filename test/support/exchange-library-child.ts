/**
 * Run as a process of its own on a bundled function (argument 1): loads the Exchange library as the function does,
 * then every module of its rest, and writes `{"before": [file], "exported": {module: [name]}}`: the files that the
 * library alone took, and what each module of the rest exports.
 */
import { readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REST } from '../../lib/bundling/exchange-library/plugin.ts';

const folder = process.argv[2] ?? '';
const files: string[] = [];
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) files.push(basename(url));
    return next(url, context);
  },
});

const library = readdirSync(folder).find((name) => name.startsWith('ews-library-')) ?? '';
await import(pathToFileURL(join(folder, library)).href);
const before = [...files];
const { modules }: { readonly modules: Readonly<Record<string, () => object>> } = await import(
  pathToFileURL(join(folder, `${REST}.mjs`)).href
);
const exported = Object.fromEntries(
  Object.entries(modules).map(([name, load]) => [name, Object.keys(load()).sort()]),
);
process.stdout.write(JSON.stringify({ before, exported }));
