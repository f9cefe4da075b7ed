import { createHash } from 'node:crypto';

/**
 * What is kept of a watermark: 128 bits of its SHA-256, base64url. Watermarks are compared and never sent back, and
 * the database keeps no text that a server has chosen.
 */
export function watermarkDigest(watermark: string): string {
  return createHash('sha256').update(watermark, 'utf8').digest().subarray(0, 16).toString('base64url');
}
