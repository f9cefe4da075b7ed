import type { PreviewKey } from '#domain/model/preferences.ts';
import { oneOf, optional, type Row, text } from './row.ts';

/** The public JWK of a phone's notification extension, as stored. */
export function readPreviewKey(row: Row): PreviewKey {
  const kid = optional(row, 'kid', text);
  return oneOf(row, 'kty', ['EC', 'OKP']) === 'EC'
    ? { kty: 'EC', crv: 'P-256', x: text(row, 'x'), y: text(row, 'y'), kid }
    : { kty: 'OKP', crv: 'X25519', x: text(row, 'x'), kid };
}
