import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { FUNCTION_IDS, METRICS, ROUTES } from '#contract';
import { ERROR_CODES, ERROR_TABLE } from '#domain/errors.ts';
import { readRates } from '../../bin/ens/plan/options.ts';
import { makePlan } from '../../bin/ens/plan/plan.ts';
import { planTable } from '../../bin/ens/plan/text.ts';
import { settingsTable } from '../../lib/settings/settings-table.ts';
import { exchangeModulesInUse } from './exchange-modules.ts';
import { localFaultsTable, localModesTable, localRoutesTable } from './local-world.ts';
import { openApiDocument } from './openapi.ts';
import { sbomOf } from './sbom.ts';

/** A file, or the part of one between its two markers, that is made from the code. */
interface Derived {
  readonly file: string;
  /** Absent: the whole file is derived. */
  readonly section?: string;
  readonly content: () => string | Promise<string>;
}

const DERIVED: readonly Derived[] = [
  { file: 'docs/api/openapi.json', content: () => `${JSON.stringify(openApiDocument(), null, 2)}\n` },
  { file: 'docs/api/errors.md', section: 'errors', content: errorTable },
  { file: 'docs/api/errors.md', section: 'routes', content: routeTable },
  {
    file: 'docs/runbook.md',
    section: 'metrics',
    content: () => `${METRICS.map((name) => `\`${name}\``).join(' · ')}\n`,
  },
  { file: 'docs/settings.md', section: 'settings', content: settingsTable },
  { file: 'docs/planning.md', section: 'plans', content: plansOfThreeSizes },
  {
    file: 'lib/bundling/exchange-library/modules-in-use.json',
    content: async () => `${JSON.stringify(await exchangeModulesInUse(), null, 2)}\n`,
  },
  ...FUNCTION_IDS.map((functionId) => ({
    file: `docs/sbom/${functionId}.cdx.json`,
    content: async () => `${JSON.stringify(await sbomOf(functionId), null, 2)}\n`,
  })),
  { file: 'docs/local-world.md', section: 'local-routes', content: localRoutesTable },
  { file: 'docs/local-world.md', section: 'local-modes', content: localModesTable },
  { file: 'docs/local-world.md', section: 'local-faults', content: localFaultsTable },
  { file: 'docs/decisions/README.md', section: 'decisions', content: decisionIndex },
];

function plansOfThreeSizes(): string {
  const sizes = [1_000, 100_000, 1_000_000];
  return planTable(sizes.map((mailboxes) => makePlan(readRates({ mailboxes }), 'us-east-1')));
}

function errorTable(): string {
  const rows = ERROR_CODES.map((code) => {
    const { status, title, repeatable, logLevel, pages } = ERROR_TABLE[code];
    return `| \`${code}\` | ${status} | ${title} | ${repeatable ? 'yes' : 'no'} | ${logLevel} | ${pages ? 'yes' : 'no'} |`;
  });
  return [
    '| code | status | title | may be repeated unchanged | log level | pages a person |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function routeTable(): string {
  const rows = Object.entries(ROUTES).map(([route, functionId]) => `| \`${route}\` | ${functionId} |`);
  return ['| route | function |', '| --- | --- |', ...rows, ''].join('\n');
}

/** One line for each record, by its number; the title is the record's own heading, `# 20. Title`. */
function decisionIndex(): string {
  const lines = globSync('docs/decisions/[0-9]*.md')
    .sort()
    .map((file) => {
      const title = /^# \d+\. (.+)$/m.exec(readFileSync(file, 'utf8'))?.[1];
      if (title === undefined) throw new Error(`${file} does not begin with "# <number>. <title>"`);
      return `- ${basename(file).slice(0, 4)} [${title}](${basename(file)})`;
    });
  return `${lines.join('\n')}\n`;
}

/** The file with this document put in its place. Throws where the file lacks the markers. */
async function withDerived(text: string, { file, section, content }: Derived): Promise<string> {
  if (section === undefined) return content();
  const begin = `<!-- derived: ${section} -->\n`;
  const end = `<!-- end: ${section} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} lacks the markers of the derived section "${section}"`);
  return `${text.slice(0, from + begin.length)}\n${await content()}\n${text.slice(to)}`;
}

async function main(checkOnly: boolean): Promise<void> {
  const stale = new Set<string>();
  for (const derived of DERIVED) {
    const text = existsSync(derived.file) ? readFileSync(derived.file, 'utf8') : '';
    const fresh = await withDerived(text, derived);
    if (fresh === text) continue;
    stale.add(derived.file);
    if (!checkOnly) writeFileSync(derived.file, fresh);
  }
  if (stale.size === 0) process.stdout.write('derived files are up to date\n');
  else if (checkOnly) {
    process.stderr.write(`out of date: ${[...stale].join(', ')}. Run: npm run derive\n`);
    process.exitCode = 1;
  } else process.stdout.write(`written: ${[...stale].join(', ')}\n`);
}

await main(process.argv.includes('--check'));
