import { DataRefused, DependencyUnavailable } from '../../errors.ts';
import type { CallbackPorts } from './ports.ts';

type Notes = Pick<CallbackPorts, 'log' | 'metrics'>;

/** Counts an outage of ours under what is away; `event` says what did not happen for it. */
export function noteOutage({ log, metrics }: Notes, event: string, error: DependencyUnavailable): void {
  const { dependency, code } = error;
  metrics.count(dependency === 'database' ? 'DatabaseUnavailable' : 'KeyUnavailable');
  log.error(event, { dependency, code });
}

/** For what may be left undone: its outcome, or undefined where an outage or a bug of ours kept it from happening. */
export async function despiteOutage<T>(
  ports: Notes,
  event: string,
  step: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof DependencyUnavailable) noteOutage(ports, event, error);
    else if (error instanceof DataRefused) noteRefusal(ports, event, error);
    else throw error;
    return undefined;
  }
}

/** The phones have been told by then, and the database is well: nothing would come of asking Exchange again. */
function noteRefusal({ log, metrics }: Notes, event: string, { sqlState }: DataRefused): void {
  metrics.count('CallbackFailed');
  log.error(event, { dependency: 'database', code: sqlState });
}
