import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Authority, createAuthority, openAuthority } from './certificates.ts';

const FOLDER = resolve(import.meta.dirname, '../../../build/local/authority');
/** Named by the setting extraCaFile of the local stage. */
const CERTIFICATE = 'ca.pem';
const PRIVATE_KEY = 'ca.key.pem';

/**
 * The authority behind every certificate of the simulated Exchange's names. It is made with the first synthesis
 * of a clone and kept in `build/`, since bundles carry its certificate: nobody else has its key, and nothing but
 * the local stage trusts it.
 */
export function keptAuthority(): Authority {
  return read() ?? make();
}

function read(): Authority | undefined {
  if (!existsSync(FOLDER)) return undefined;
  return openAuthority(
    readFileSync(join(FOLDER, CERTIFICATE), 'utf8'),
    readFileSync(join(FOLDER, PRIVATE_KEY), 'utf8'),
  );
}

/** Two processes may start at once: a folder appears whole, and whoever comes second takes the first one's. */
function make(): Authority {
  mkdirSync(dirname(FOLDER), { recursive: true });
  const unfinished = mkdtempSync(`${FOLDER}-`);
  const made = createAuthority();
  writeFileSync(join(unfinished, CERTIFICATE), made.certificate);
  writeFileSync(join(unfinished, PRIVATE_KEY), made.privateKey, { mode: 0o600 });
  try {
    renameSync(unfinished, FOLDER);
    return made;
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    const other = read();
    if (other === undefined) throw error;
    return other;
  }
}
