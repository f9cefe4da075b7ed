import { existsSync } from 'node:fs';
import puppeteer, { type Browser } from 'puppeteer-core';

/** Debian's Firefox; undefined where there is none. */
export const FIREFOX = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find((path) => existsSync(path));

/** Firefox whose push service is the local world's. Rejects where none is installed. */
export function launchFirefox(origin: string): Promise<Browser> {
  if (FIREFOX === undefined) throw new Error('There is no Firefox: apt-get install firefox-esr');
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    extraPrefsFirefox: {
      'dom.push.enabled': true,
      'dom.push.connection.enabled': true,
      'dom.push.serverURL': `${origin.replace('http:', 'ws:')}/push`,
      'dom.push.testing.allowInsecureServerURL': true,
      'permissions.default.desktop-notification': 1,
      // Without a desktop nothing else shows a notification.
      'alerts.useSystemBackend': false,
      'intl.accept_languages': 'en-GB',
    },
  });
}
