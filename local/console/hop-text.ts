import type { Evidence } from '../world/calls.ts';
import { mask, maskMembers } from './mask.ts';
import type { HopDetail } from './view.ts';

type Known = ReadonlyMap<string, string>;
type Part = HopDetail['parts'][number];

/** Request and answer of an HTTP hop as one reads them: head, blank line, body indented. */
export function httpParts({ request, response }: Evidence, known: Known): readonly Part[] {
  return [
    { title: 'Request', text: message(request, known) },
    { title: 'Answer', text: message(response, known) },
  ];
}

/** A call of the Data API: the statement by itself, then its parameters. */
export function sqlParts({ request, response }: Evidence, known: Known): readonly Part[] {
  const { sql, parameters, resourceArn: _arn, secretArn: _secret, ...rest } = membersOf(request);
  const statement: readonly Part[] =
    typeof sql === 'string' ? [{ title: 'SQL', text: mask(dedent(sql), known) }] : [];
  const values = Array.isArray(parameters) ? { parameters } : {};
  return [
    ...statement,
    { title: 'Parameters', text: json({ ...values, ...rest }, known) },
    { title: 'Answer', text: json(membersOf(response), known) },
  ];
}

/** A call of another AWS service: input and output of the action. */
export function awsParts({ request, response }: Evidence, known: Known): readonly Part[] {
  return [
    { title: 'Request', text: json(membersOf(request), known) },
    { title: 'Answer', text: json(membersOf(response), known) },
  ];
}

/** What Apple or Google got for the phone. */
export function pushParts(
  push: {
    readonly platform: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly payload: unknown;
  },
  known: Known,
): readonly Part[] {
  const path = push.platform === 'fcm' ? '/v1/projects/local/messages:send' : '/3/device/‹push token›';
  const headers = Object.entries(push.headers).map(([name, value]) => `${name}: ${value}`);
  return [
    { title: 'Request', text: `${[`POST ${path}`, ...headers].join('\n')}\n\n${json(push.payload, known)}` },
    { title: 'Answer', text: '200' },
  ];
}

/** Log lines of a function, each as indented JSON. */
export function logParts(lines: readonly string[], known: Known): readonly Part[] {
  const text = lines.map((line) => body(line, known)).join('\n');
  return [{ title: 'Log', text: text === '' ? 'This request has written no log line.' : text }];
}

function message(text: string, known: Known): string {
  const end = text.indexOf('\n\n');
  if (end === -1) return mask(text, known);
  return `${mask(text.slice(0, end), known)}\n\n${body(text.slice(end + 2), known)}`.trim();
}

function body(text: string, known: Known): string {
  if (text.startsWith('<') || text.startsWith('\uFEFF<')) return mask(indentXml(text), known);
  try {
    return json(JSON.parse(text), known);
  } catch {
    return mask(text, known);
  }
}

function json(value: unknown, known: Known): string {
  return mask(JSON.stringify(maskMembers(value), null, 2), known);
}

function membersOf(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function dedent(sql: string): string {
  const lines = sql
    .replace(/^\s*\n/, '')
    .trimEnd()
    .split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  return lines.map((line) => line.slice(indent)).join('\n');
}

/** One element a line, indented by depth. Text stays beside its tags. */
function indentXml(xml: string): string {
  let depth = 0;
  const lines = xml.replaceAll(/>\s*</g, '>\n<').split('\n');
  return lines
    .map((line) => {
      const closes = line.startsWith('</');
      if (closes) depth -= 1;
      const indented = `${'  '.repeat(Math.max(0, depth))}${line}`;
      const opens = /^<[^/?!]/.test(line) && !line.endsWith('/>') && !line.includes('</');
      if (opens) depth += 1;
      return indented;
    })
    .join('\n');
}
