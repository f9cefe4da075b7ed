/** Who a mail is from, as a phone may show it: a name that says another address than the true one is not shown. */
import { cleanText, lettersOf, plainLine } from './text.ts';

/** Exchange reports a sender it cannot resolve by directory name, bare or inside an address: no address to a user. */
const DIRECTORY_NAME = /^(?:\/o=|IMCEA[A-Z0-9]{1,10}-)/i;
/** Three lines of a lock screen. */
const MOST_COLUMNS = 96;
/** Of an address that is longer: what it begins with, and what it ends with, since its domain says whose it is. */
const FIRST_COLUMNS = 24;

/** More than three lines hold, whatever the letters. */
const SEARCHED_CODE_UNITS = 2_048;

/** Marks of direction as well, which a subject may keep: a title is one name, and needs none. */
const DIRECTIONS = /\p{Bidi_Control}/gu;
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303F\uFF01-\uFF60]/u;

/** One character, as wide as the Arabic phrase that it stands for. */
const PHRASE = /[\uFDFA\uFDFB\uFDFD]/;
const PHRASE_COLUMNS = 18;

/** Signs that are read as @ or as a dot and stay different under NFKC. */
const DOTS =
  /[\u00B7\u06D4\u0701\u0702\u2022\u2027\u2219\u22C5\u3002\u30FB\uA60E\uFBB2]|[([{<]\s*dot\s*[)\]}>]/giu;
const AT_SIGNS = /\u24B6|[([{<]\s*(?:at|@)\s*[)\]}>]/giu;
const CLAIM = /[^\s@<>"'()[\],;:]+(?:@[^\s@<>"'()[\],;:]+|\s*@\s*[^\s@<>"'()[\],;:]+\.[^\s@<>"'()[\],;:]+)/gu;

interface Sender {
  readonly name?: string | undefined;
  readonly address?: string | undefined;
}

/**
 * The display name, else the whole address (a local part alone, "noreply", says too little), else nothing; three
 * lines at most. Where the name looks like another address than the true one it is a disguise: then the true
 * address is shown, or nothing where none is known. Addresses are never decoded.
 */
export function displaySender(sender: Sender | undefined): string {
  const raw = titleLine(plainLine(sender?.address ?? ''));
  const address = DIRECTORY_NAME.test(raw) ? '' : raw;
  const name = nameOf(sender);
  if (isDisguise(name, raw)) return shortAddress(raw.includes('@') ? raw : '');
  return name === '' ? shortAddress(address) : shortName(name);
}

function nameOf(sender: Sender | undefined): string {
  const name = titleLine(cleanText(sender?.name ?? ''))
    .replace(/^(["'])(.*)\1$/u, '$2')
    .trim();
  return DIRECTORY_NAME.test(name) ? '' : plainLine(name);
}

function titleLine(line: string): string {
  return line.replace(DIRECTIONS, '').trim();
}

/** Whether the name holds an address, however it is written, that is not the true one. */
function isDisguise(name: string, address: string): boolean {
  const claims = unmasked(name).slice(0, SEARCHED_CODE_UNITS).match(CLAIM) ?? [];
  const truth = comparable(unmasked(address));
  return claims.some((claim) => comparable(claim) !== truth);
}

/** As a reader takes it: compatibility forms, other signs for @ and dot, and invisible characters are resolved. */
function unmasked(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, '')
    .replace(DOTS, '.')
    .replace(AT_SIGNS, '@');
}

function comparable(address: string): string {
  const [, local = address, domain = ''] = /^(.*?)\s*@\s*(.*?)\.*$/u.exec(address) ?? [];
  return `${local}@${asciiDomain(domain) ?? domain}`.toLowerCase();
}

/** One domain has two spellings (IDNA). Anything but letters, digits, dots and hyphens is no domain. */
function asciiDomain(domain: string): string | undefined {
  return /^[\p{L}\p{M}\p{N}.-]+$/u.test(domain) ? URL.parse(`https://${domain}/`)?.hostname : undefined;
}

function shortName(name: string): string {
  const letters = lettersOf(name);
  return columnsOf(letters) <= MOST_COLUMNS
    ? name
    : `${within(letters, MOST_COLUMNS - 1)
        .join('')
        .trimEnd()}…`;
}

/** Cut in the middle: a long local part must not push the domain out of sight. */
function shortAddress(address: string): string {
  const letters = lettersOf(address);
  if (columnsOf(letters) <= MOST_COLUMNS) return address;
  const last = within([...letters].reverse(), MOST_COLUMNS - FIRST_COLUMNS - 1);
  return `${within(letters, FIRST_COLUMNS).join('')}…${[...last].reverse().join('')}`;
}

/** The first letters that fit. */
function within(letters: readonly string[], columns: number): readonly string[] {
  let left = columns;
  const end = letters.findIndex((letter) => {
    left -= columnsOfLetter(letter);
    return left < 0;
  });
  return end === -1 ? letters : letters.slice(0, end);
}

function columnsOf(letters: readonly string[]): number {
  return letters.reduce((sum, letter) => sum + columnsOfLetter(letter), 0);
}

function columnsOfLetter(letter: string): number {
  if (PHRASE.test(letter)) return PHRASE_COLUMNS;
  return WIDE.test(letter) ? 2 : 1;
}
