import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Settings, settingsSchema } from '../settings.ts';
import { canPause, distance, hostComplaints } from './grammar.ts';
import { settingTexts } from './kinds.ts';

/** Every mistake in the settings, one sentence each: the setting, its value, what is allowed. */
export class SettingsError extends Error {
  readonly sentences: readonly string[];
  constructor(sentences: readonly string[]) {
    super(['cdk.json, "ens":', ...sentences].join('\n  '));
    this.name = 'SettingsError';
    this.sentences = sentences;
  }
}

const PEM_CERTIFICATE = /-----BEGIN ([A-Z0-9 ]*CERTIFICATE)-----[\s\S]*?-----END \1-----/g;

const NAMES = Object.keys(settingsSchema.shape);

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  // Somebody may paste the secret where its name belongs.
  if (text.includes('PRIVATE KEY')) return 'a private key (not shown)';
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

function sentence(name: string, value: unknown, allowed: string): string {
  return `Setting "${name}" is ${shown(value)}: allowed is ${allowed}.`;
}

function unknownSentence(name: string): string {
  const nearest = NAMES.map((known) => ({ known, steps: distance(name.toLowerCase(), known.toLowerCase()) }))
    .filter(({ known, steps }) => steps <= Math.max(2, known.length / 3))
    .sort((left, right) => left.steps - right.steps)[0];
  const hint = nearest === undefined ? `known are ${NAMES.join(', ')}` : `did you mean "${nearest.known}"?`;
  return `Setting "${name}" is unknown: ${hint}`;
}

function allowedFor(name: string): string {
  const schema = Object.entries(settingsSchema.shape).find(([known]) => known === name)?.[1];
  return (schema && settingTexts.get(schema)?.allowed) ?? 'nothing';
}

function together(left: keyof Settings, right: keyof Settings, settings: Settings): readonly string[] {
  if ((settings[left] === undefined) === (settings[right] === undefined)) return [];
  const absent = settings[left] === undefined ? left : right;
  return [sentence(absent, undefined, allowedFor(absent))];
}

function caComplaints(file: string | undefined, directory: string): readonly string[] {
  if (file === undefined) return [];
  try {
    // What the functions read is text: a certificate in DER would be passed over there without a word.
    const blocks = readFileSync(resolve(directory, file), 'utf8').match(PEM_CERTIFICATE) ?? [];
    for (const block of blocks) new X509Certificate(block);
    if (blocks.length > 0) return [];
  } catch {
    // Said below.
  }
  return [sentence('extraCaFile', file, `${allowedFor('extraCaFile')}; this one cannot be read as such`)];
}

function complaintsAcross(settings: Settings, directory: string): readonly string[] {
  const complaints = [
    ...together('domainName', 'certificateArn', settings),
    ...together('apnsSecretName', 'apnsBundleId', settings),
    ...caComplaints(settings.extraCaFile, directory),
    ...(settings.webPush && settings.contact === undefined
      ? [sentence('contact', undefined, `${allowedFor('contact')}, because webPush is true`)]
      : []),
  ];
  for (const name of ['allowedExchangeHosts', 'allowedTokenHosts', 'allowedPushHosts'] as const) {
    const hosts = hostComplaints(settings[name], settings.stage);
    if (hosts.length > 0) {
      complaints.push(sentence(name, settings[name], `${allowedFor(name)} (${hosts.join('; ')})`));
    }
  }
  if (settings.databaseMaxCapacity < settings.databaseMinCapacity) {
    complaints.push(
      sentence('databaseMaxCapacity', settings.databaseMaxCapacity, allowedFor('databaseMaxCapacity')),
    );
  }
  if (settings.databaseMinCapacity === 0 && !canPause(settings.databaseVersion)) {
    complaints.push(
      sentence('databaseMinCapacity', 0, `0.5 or more with databaseVersion ${settings.databaseVersion}`),
    );
  }
  if (settings.staticEgressAllocationIds.length === 1) {
    complaints.push(
      sentence(
        'staticEgressAllocationIds',
        settings.staticEgressAllocationIds,
        allowedFor('staticEgressAllocationIds'),
      ),
    );
  }
  if (settings.staticEgressAllocationIds.length > 0 && !settings.staticEgress) {
    complaints.push(
      sentence('staticEgress', false, 'true where staticEgressAllocationIds names addresses to use'),
    );
  }
  if (settings.exchangeBudgetSeconds > settings.answerBudgetSeconds - 4) {
    complaints.push(
      sentence(
        'exchangeBudgetSeconds',
        settings.exchangeBudgetSeconds,
        'at least 4 less than answerBudgetSeconds, so that the push and the answer still have time',
      ),
    );
  }
  if (settings.keyLifeDays * 24 <= settings.keyRotationHours) {
    complaints.push(sentence('keyLifeDays', settings.keyLifeDays, 'more days than keyRotationHours has'));
  }
  return complaints;
}

function parseContext(context: unknown): object {
  let value = context;
  if (typeof context === 'string') {
    try {
      value = JSON.parse(context);
    } catch {
      throw new SettingsError(['The settings given with -c ens=… are not JSON.']);
    }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SettingsError([`The settings are ${shown(value)}: allowed is an object {"name": value, …}.`]);
  }
  return value;
}

/**
 * The settings of this deployment from the context value "ens" (an object, or its JSON text).
 * `directory` is where relative file names start. Throws SettingsError with every mistake found.
 */
export function readSettings(context: unknown, directory: string): Settings {
  const entries = new Map<string, unknown>(Object.entries(parseContext(context)));
  const unknown = [...entries.keys()].filter((name) => !NAMES.includes(name)).map(unknownSentence);
  const known = Object.fromEntries([...entries].filter(([name]) => NAMES.includes(name)));
  const result = settingsSchema.safeParse(known);
  if (!result.success) {
    const names = new Set(result.error.issues.map((issue) => String(issue.path[0])));
    const wrong = [...names].map((name) => sentence(name, entries.get(name), allowedFor(name)));
    throw new SettingsError([...unknown, ...wrong]);
  }
  const complaints = [...unknown, ...complaintsAcross(result.data, directory)];
  if (complaints.length > 0) throw new SettingsError(complaints);
  return result.data;
}
