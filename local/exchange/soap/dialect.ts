import { E, M, SOAP, T } from './namespaces.ts';
import type { Spelling } from './xml-write.ts';

/** Servers whose spelling can be put on. */
export type Dialect = 'exchange' | 'workmail' | 'default-namespace';

interface DialectSpellings {
  /** Answers to requests. */
  readonly answer: Spelling;
  /** Pushed notifications. */
  readonly push: Spelling;
}

const DECLARATION = '<?xml version="1.0" encoding="utf-8"?>';
const base = { declaration: DECLARATION, byteOrderMark: false, indent: false, closesEmpty: false };

const SPELLINGS: Readonly<Record<Dialect, DialectSpellings>> = {
  exchange: {
    answer: { ...base, prefixes: { [SOAP]: 's', [M]: 'm', [T]: 't', [E]: 'e' } },
    push: { ...base, prefixes: { [SOAP]: 'soap11', [M]: 'm', [T]: 't', [E]: 'e' } },
  },
  workmail: {
    answer: { ...base, indent: true, prefixes: { [SOAP]: 'soap', [M]: 'm', [T]: 't', [E]: 'e' } },
    push: {
      ...base,
      declaration: '',
      indent: true,
      closesEmpty: true,
      prefixes: { [SOAP]: 'soap', [M]: 'm', [T]: 't', [E]: 'e' },
    },
  },
  'default-namespace': {
    answer: { ...base, prefixes: {} },
    push: { ...base, prefixes: {} },
  },
};

export function spellingOf(dialect: Dialect, kind: keyof DialectSpellings, byteOrderMark: boolean): Spelling {
  return { ...SPELLINGS[dialect][kind], byteOrderMark };
}
