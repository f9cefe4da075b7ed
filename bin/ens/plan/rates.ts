/** What the mailboxes of a deployment do. Rates are per mailbox and day where nothing else is said. */
export interface Rates {
  readonly mailboxes: number;
  readonly mails: number;
  /** Mails that are read elsewhere, which changes the badge. */
  readonly reads: number;
  /** Mails that are moved or deleted. */
  readonly moves: number;
  readonly devicesPerMailbox: number;
  /** How often one app asks for its state. */
  readonly checkInsPerDevice: number;
  readonly statusFrequencyMinutes: number;
  /** Undefined: as many as the quiet intervals of the day's profile come to. */
  readonly heartbeats?: number | undefined;
  /** Exchange hosts that the mailboxes are spread over. */
  readonly hosts: number;
}

export const HOURS = 24;
export const HOUR_SECONDS = 3_600;
export const DAY_SECONDS = HOURS * HOUR_SECONDS;

/**
 * Share of a day's mails, reads and moves in each hour of a working day, all users in one time zone. An assumption: the
 * busiest hour has a ninth of the day, the quietest next to nothing.
 */
export const DAY_PROFILE: readonly number[] = [
  0.006, 0.004, 0.004, 0.004, 0.006, 0.01, 0.02, 0.045, 0.085, 0.105, 0.11, 0.1, 0.075, 0.085, 0.095, 0.085,
  0.07, 0.045, 0.018, 0.01, 0.007, 0.005, 0.004, 0.002,
];
export const BUSIEST_SHARE = Math.max(...DAY_PROFILE);

/** Registrations that an app renews: every seven days. */
export const RENEWALS_PER_DAY = 1 / 7;

/** Heartbeats of one mailbox in the hour that has this share of its day. */
export function heartbeatsPerHour(rates: Rates, share: number): number {
  const expected = quietIntervalsPerHour(rates, share);
  return rates.heartbeats === undefined
    ? expected
    : (expected * rates.heartbeats) / quietIntervalsPerDay(rates);
}

export function heartbeatsPerDay(rates: Rates): number {
  return rates.heartbeats ?? quietIntervalsPerDay(rates);
}

function quietIntervalsPerDay(rates: Rates): number {
  return DAY_PROFILE.reduce((sum, share) => sum + quietIntervalsPerHour(rates, share), 0);
}

/**
 * Exchange sends a heartbeat for each whole interval without any event. Mails come independently, so that the time between
 * two is exponential; what is read and moved is so within minutes of the mail, and shortens no quiet time.
 */
function quietIntervalsPerHour({ mails, statusFrequencyMinutes }: Rates, share: number): number {
  const intervalHours = statusFrequencyMinutes / 60;
  const mailsPerHour = mails * share;
  if (mailsPerHour === 0) return 1 / intervalHours;
  const quiet = Math.exp(-mailsPerHour * intervalHours);
  return (mailsPerHour * quiet) / (1 - quiet);
}
