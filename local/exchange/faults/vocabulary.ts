/**
 * The words by which the simulated Exchange is made to fail, and what the caller gets: `error` of a fault on the
 * board, or of a mailbox. `<…>` stands for a value.
 */
export const EXCHANGE_FAULTS: readonly (readonly [word: string, meaning: string])[] = [
  [
    '400 … 599',
    'that HTTP status with a short HTML page (IIS); 401 offers the schemes, 403 says access is denied',
  ],
  ['456', 'status 456 (blocked account, Exchange Online), empty'],
  ['500:html, 500:empty', 'HTTP 500 without a SOAP fault'],
  ['503:empty', 'HTTP 503 with nothing; `503` has a page and Retry-After'],
  ['302, 302:<url>', 'a redirect, to the logon page of Outlook on the web where no URL is given'],
  ['html', 'HTTP 200 with a page (a captive portal, a logon form)'],
  ['reset', 'the connection is cut before any answer'],
  ['hang', 'no answer at all'],
  ['truncated', 'HTTP 200, the connection is cut in the middle of the true answer'],
  ['half-xml', 'HTTP 200 with the first half of the true answer, whole as far as HTTP can see'],
  ['oversized', 'HTTP 200 and 16 MB of white space before the true answer'],
  ['doctype', 'the true answer behind a DOCTYPE'],
  ['gzip', 'the true answer, compressed'],
  ['<Code>', 'an EWS ResponseCode in its usual form, e.g. `ErrorMailboxMoveInProgress`'],
  ['<Code>:message', 'in each response message, HTTP 200'],
  ['<Code>:fault', 'SOAP fault, HTTP 500, `detail/e:ResponseCode`'],
  ['<Code>:padded', 'the same with white space around the code'],
  ['<Code>:old', 'SOAP fault, HTTP 500, `detail/ErrorCode`'],
  [
    '<Code>:hidden',
    'message ErrorInternalServerError, the code in `MessageXml/Value[@Name=InnerErrorResponseCode]`',
  ],
  ['<Code>:hidden-fault', 'the same as a fault'],
  ['…;backoff=<ms>', 'adds `MessageXml/Value[@Name=BackOffMilliseconds]` to any form of a code'],
];

export type Misbehaviour =
  | { readonly kind: 'status'; readonly status: number; readonly variant: string }
  | { readonly kind: 'page' }
  | { readonly kind: 'reset' | 'hang' }
  | { readonly kind: 'truncated' | 'half-xml' | 'oversized' | 'doctype' | 'gzip' }
  | {
      readonly kind: 'code';
      readonly code: string;
      readonly dress: Dress;
      readonly backOffMs?: number | undefined;
    };

export type Dress = 'message' | 'fault' | 'padded' | 'old' | 'hidden' | 'hidden-fault';

const DRESSES: readonly Dress[] = ['message', 'fault', 'padded', 'old', 'hidden', 'hidden-fault'];

/** Codes that Exchange usually answers for the whole request, as a fault; the others come in the response messages. */
const USUALLY_FAULTS = new Set([
  'ErrorServerBusy',
  'ErrorExceededConnectionCount',
  'ErrorInvalidServerVersion',
  'ErrorIncorrectSchemaVersion',
  'ErrorSchemaValidation',
  'ErrorPasswordExpired',
  'ErrorPasswordChangeRequired',
  'ErrorAccountDisabled',
  'ErrorOrganizationAccessBlocked',
  'ErrorProxyRequestNotAllowed',
  'ErrorNonExistentMailbox',
]);

/** Reads one word. Throws where it is none, so that a misspelt fault does not pass silently. */
export function readMisbehaviour(word: string): Misbehaviour {
  const [head = '', ...options] = word.split(';');
  if (head === 'html') return { kind: 'page' };
  if (head === 'reset' || head === 'hang') return { kind: head };
  if (
    head === 'truncated' ||
    head === 'half-xml' ||
    head === 'oversized' ||
    head === 'doctype' ||
    head === 'gzip'
  ) {
    return { kind: head };
  }
  const http = /^([2-5]\d\d)(?::(.*))?$/.exec(head);
  if (http !== null) return { kind: 'status', status: Number(http[1]), variant: http[2] ?? '' };
  const coded = /^(Error[A-Za-z0-9]+)(?::([a-z-]+))?$/.exec(head);
  const code = coded?.[1];
  const dress =
    coded?.[2] === undefined ? usualDress(code ?? '') : DRESSES.find((known) => known === coded[2]);
  if (code === undefined || dress === undefined)
    throw new Error(
      `not in the vocabulary of Exchange faults: ${word}. Use one of: ${wordsOf(EXCHANGE_FAULTS)}`,
    );
  const backOff = options.map((option) => /^backoff=(\d+)$/.exec(option)?.[1]).find((ms) => ms !== undefined);
  return { kind: 'code', code, dress, backOffMs: backOff === undefined ? undefined : Number(backOff) };
}

function wordsOf(vocabulary: typeof EXCHANGE_FAULTS): string {
  return vocabulary.map(([word]) => word).join(', ');
}

function usualDress(code: string): Dress {
  return USUALLY_FAULTS.has(code) ? 'fault' : 'message';
}
