/** The next `times` calls of a service (or of one of its actions) fail with `error`, or lag by `delayMs`. */
export interface Fault {
  readonly service:
    | 'sns'
    | 'kms'
    | 'rds-data'
    | 'secretsmanager'
    | 'ssm'
    | 'ews'
    | 'webpush'
    | 'iam'
    | 'cloudwatch';
  readonly action?: string | undefined;
  /** Error name as the service spells it (`ThrottlingException`, `401`, `ErrorServerBusy`); absent or empty: lag only. */
  readonly error?: string | undefined;
  readonly times: number;
  readonly delayMs?: number | undefined;
}

export interface FaultBoard {
  add(fault: Fault): void;
  /** Takes one off the first matching fault; undefined where none applies. */
  take(
    service: Fault['service'],
    action: string,
  ): { readonly error?: string | undefined; readonly delayMs: number } | undefined;
  clear(): void;
}

export function createFaultBoard(): FaultBoard {
  let faults: { fault: Fault; left: number }[] = [];
  return {
    add: (fault) => void faults.push({ fault, left: fault.times }),
    take(service, action) {
      const hit = faults.find(
        ({ fault, left }) =>
          left > 0 && fault.service === service && (fault.action === undefined || fault.action === action),
      );
      if (hit === undefined) return undefined;
      hit.left -= 1;
      faults = faults.filter(({ left }) => left > 0);
      return { error: hit.fault.error || undefined, delayMs: hit.fault.delayMs ?? 0 };
    },
    clear: () => {
      faults = [];
    },
  };
}
