import { DependencyUnavailable } from '../../errors.ts';
import type { CallbackPorts } from './ports.ts';

type Notes = Pick<CallbackPorts, 'log' | 'metrics'>;

/** Counts an outage of ours under what is away; `event` says what did not happen for it. */
export function noteOutage({ log, metrics }: Notes, event: string, error: DependencyUnavailable): void {
  const { dependency, code } = error;
  metrics.count(dependency === 'database' ? 'DatabaseUnavailable' : 'KeyUnavailable');
  log.error(event, { dependency, code });
}

/** For what may be left undone: its outcome, or undefined where an outage of ours kept it from happening. */
export async function despiteOutage<T>(
  ports: Notes,
  event: string,
  step: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    noteOutage(ports, event, error);
    return undefined;
  }
}
