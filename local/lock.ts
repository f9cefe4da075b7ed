import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const PAUSE_MS = 50;

/**
 * Waits until this process alone holds the lock file, which then names it; what is returned gives it back. A process
 * that was killed gives nothing back: its lock does not count. The file appears with its content, never empty.
 */
export async function lock(path: string): Promise<() => void> {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    while (!take(own, path)) {
      dropAbandoned(path, own);
      await pause(PAUSE_MS);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => rmSync(path, { force: true });
}

function take(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch {
    return false;
  }
}

/** Two that find the same abandoned lock must not take each other's fresh one away: what is moved is looked at again. */
function dropAbandoned(path: string, own: string): void {
  if (!isAbandoned(path)) return;
  const moved = `${own}.abandoned`;
  try {
    renameSync(path, moved);
  } catch {
    return;
  }
  if (!isAbandoned(moved)) take(moved, path);
  rmSync(moved, { force: true });
}

function isAbandoned(path: string): boolean {
  try {
    process.kill(Number(readFileSync(path, 'utf8')), 0);
    return false;
  } catch (error) {
    // By shape: under a test runner, errors of Node's core are not instances of this realm's Error.
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH';
  }
}
