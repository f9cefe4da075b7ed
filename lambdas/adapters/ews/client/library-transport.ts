import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import type { SpokenCode } from '../error-codes.ts';
import { writePlainXml } from './canonical-xml.ts';
import type { SoapAnswer } from './soap-answer.ts';

/** What the library's IXHRApi asks for, as far as we use it. */
export interface LibraryTransport {
  xhr(request: { data?: unknown }): Promise<LibraryAnswer>;
  xhrStream(): Promise<LibraryAnswer>;
  disconnect(): void;
  readonly apiName: string;
  /** How the last request went: the library's own errors are not relied upon. */
  last(): { readonly failure?: ExchangeFailure | undefined; readonly codes: readonly SpokenCode[] };
}

/** The part of an XMLHttpRequest that the library reads. */
export interface LibraryAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly responseText: string;
  getResponseHeader(name: string): string | null;
  getAllResponseHeaders(): string;
}

/**
 * Transport that the library sends through. It passes on 200 answers alone; for everything else the library
 * gets a bare status that it handles well (a 500 without a fault would leave its promise pending for ever and
 * end the process), and the caller judges by `last`.
 */
export function createLibraryTransport(send: (body: string) => Promise<SoapAnswer>): LibraryTransport {
  let failure: ExchangeFailure | undefined;
  let codes: readonly SpokenCode[] = [];

  async function xhr(request: { data?: unknown }): Promise<LibraryAnswer> {
    failure = undefined;
    codes = [];
    const body = typeof request.data === 'string' ? request.data : '';
    // The library parses its own request once more for a log that is off: give it little to parse.
    request.data = '<sent/>';
    const answer = await sendSafely(body);
    if (!answer.ok) {
      failure = answer.failure;
      return Promise.reject(bareAnswer(502, ''));
    }
    codes = answer.codes;
    return bareAnswer(200, writePlainXml(answer.envelope));
  }

  async function sendSafely(body: string): Promise<SoapAnswer> {
    try {
      return await send(body);
    } catch {
      return { ok: false, failure: { kind: 'failed', code: 'TransportDefect' } };
    }
  }

  return {
    xhr,
    xhrStream: () => Promise.reject(bareAnswer(502, '')),
    disconnect: () => undefined,
    apiName: 'ens',
    last: () => ({ failure, codes }),
  };
}

function bareAnswer(status: number, responseText: string): LibraryAnswer {
  return {
    status,
    statusText: '',
    responseText,
    getResponseHeader: () => null,
    getAllResponseHeaders: () => '',
  };
}
