import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** One file of the web app as it is answered. */
export interface SiteFile {
  readonly contentType: string;
  readonly body: Uint8Array;
  /** Quoted, as the header carries it. */
  readonly etag: string;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Every file of the folder by its name. Throws for a kind of file that the web app does not have. */
export function readSiteFiles(folder: string): ReadonlyMap<string, SiteFile> {
  return new Map(readdirSync(folder).map((name) => [name, readSiteFile(join(folder, name))]));
}

function readSiteFile(path: string): SiteFile {
  const contentType = CONTENT_TYPES[extname(path)];
  if (contentType === undefined) throw new Error(`the web app has no files like ${extname(path)}`);
  const body = readFileSync(path);
  return { contentType, body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}
