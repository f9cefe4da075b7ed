import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { build, stop } from 'esbuild';

const PAGE = join(import.meta.dirname, 'page');
const PROJECT = resolve(import.meta.dirname, '../..');

/**
 * Nothing but this origin's own files: no inline script or style, no frame, no form that leaves. DOM sinks take
 * only what lit-html's policy made from its templates.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
].join('; ');

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;

/** The console's page: made from its sources in memory when somebody first asks, so that there is no build step. */
export function createPageFiles(): {
  send(response: ServerResponse, file: 'html' | 'css' | 'js' | 'svg'): Promise<void>;
} {
  let bundled: Promise<Uint8Array> | undefined;

  async function bundle(): Promise<Uint8Array> {
    const result = await build({
      absWorkingDir: PROJECT,
      entryPoints: [join(PAGE, 'main.ts')],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      legalComments: 'none',
      write: false,
      logLevel: 'silent',
    });
    // Its process would outlive the one page that there is to bundle.
    await stop();
    const [file] = result.outputFiles;
    if (file === undefined) throw new Error('esbuild gave no bundle for the page');
    return file.contents;
  }

  return {
    async send(response, file) {
      if (file === 'js') bundled ??= bundle();
      const body = file === 'js' ? await bundled : readFileSync(join(PAGE, FILES[file]));
      response.writeHead(200, {
        'content-type': TYPES[file],
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
        'cache-control': 'no-store',
      });
      response.end(body);
    },
  };
}

const FILES = { html: 'index.html', css: 'style.css', svg: 'icon.svg' } as const;
