import type { AwsWorld } from '../aws/emulators.ts';
import type { PolicyStatement } from '../aws/iam.ts';
import type { Console } from '../console/console.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { ExchangeNames } from '../exchange/names.ts';
import type { InvokeOutcome } from '../functions/function-process.ts';
import type { Functions } from '../functions/functions.ts';
import type { CloudWatch } from '../operator/cloudwatch.ts';
import type { PushService } from '../push-service/push-service.ts';
import type { CallLog } from './calls.ts';
import type { WorldClock } from './clock.ts';
import type { EventBus } from './events.ts';
import type { FaultBoard } from './faults.ts';
import type { LogBook } from './logs.ts';

/** Everything that runs; tests and the start script hold on to it. */
export interface World {
  readonly origin: string;
  readonly clock: WorldClock;
  readonly calls: CallLog;
  readonly faults: FaultBoard;
  readonly logs: LogBook;
  readonly events: EventBus;
  readonly exchange: Exchange;
  /** Web pushes to browsers. */
  readonly pushService: PushService;
  /** The same server as the functions find it by name. */
  readonly names: ExchangeNames;
  readonly functions: Functions;
  readonly aws: AwsWorld;
  /** Alarms, dashboards and counts, as an operator asks for them. */
  readonly cloudWatch: CloudWatch;
  /** Policy statements of a function's role; undefined for a role of no function. */
  statementsOf(roleArn: string): readonly PolicyStatement[] | undefined;
  /** The phones on the table, and every hop that was seen. */
  readonly console: Console;
  /** Outputs of both stacks, by their names alone. */
  outputs(): Readonly<Record<string, string>>;
  /** Runs the scheduled work now. */
  upkeep(): Promise<InvokeOutcome>;
  /** Ends every process and every connection. */
  close(): Promise<void>;
}
