import type { ConsoleView, HopDetail, JourneyView } from '../view.ts';
import { Refused, readDatabase, readHop, type Tables } from './api.ts';

export interface PageState {
  readonly view: ConsoleView;
  /** False until the first message, and while the world is away. */
  readonly connected: boolean;
  readonly mailbox: string | undefined;
  /** The journey somebody chose to look at; undefined: the newest. */
  readonly journey: string | undefined;
  /** Open hops with what was read for them; undefined while it is read. */
  readonly openHops: ReadonlyMap<string, HopDetail | undefined>;
  readonly everything: boolean;
  readonly subject: string;
  readonly notice: string;
  /** For screen readers: what just appeared on a lock screen. */
  readonly heard: string;
  readonly tables: Tables | undefined;
  readonly table: string;
  readonly adding: boolean;
}

export interface Store {
  state(): PageState;
  set(changes: Partial<PageState>): void;
  /** Runs what a button does; a refusal becomes the notice. */
  act(work: () => Promise<unknown>, notice?: string): void;
  accept(event: string, data: string): void;
  toggleHop(journeyId: string, hopId: string): void;
  loadTables(): void;
}

export const SUBJECTS = [
  'Can we fix it?',
  'Lunch on Friday?',
  'The plans for the bridge',
  'Your train leaves from platform 7',
  'Minutes of Tuesday',
] as const;

const EMPTY: ConsoleView = {
  clock: { now: new Date(0).toISOString(), offsetMs: 0 },
  phones: [],
  exchange: { mailboxes: [], slowMs: 0, wrongOwner: false },
  journeys: [],
};

export function createStore(onChange: () => void): Store {
  let state: PageState = {
    view: EMPTY,
    connected: false,
    mailbox: undefined,
    journey: undefined,
    openHops: new Map(),
    everything: false,
    subject: SUBJECTS[0],
    notice: '',
    heard: '',
    tables: undefined,
    table: 'devices',
    adding: false,
  };
  let tablesWanted = false;

  function set(changes: Partial<PageState>): void {
    state = { ...state, ...changes };
    onChange();
  }

  function setView(changes: Partial<ConsoleView>): void {
    const view = { ...state.view, ...changes };
    set({ view, heard: newestNotification(state.view, view) ?? state.heard });
  }

  function acceptJourney(journey: JourneyView): void {
    const { journeys } = state.view;
    const known = journeys.some(({ id }) => id === journey.id);
    const next = known
      ? journeys.map((old) => (old.id === journey.id ? journey : old))
      : [journey, ...journeys].slice(0, 100);
    setView({ journeys: next });
    if (tablesWanted && !journey.underWay) loadTables();
  }

  function loadTables(): void {
    tablesWanted = true;
    void readDatabase().then((tables) => set({ tables }));
  }

  return {
    state: () => state,
    set,
    act(work, notice = '') {
      work().then(
        () => set({ notice }),
        (error: unknown) =>
          set({
            notice: error instanceof Refused ? error.message : 'The world does not answer. Is it running?',
          }),
      );
    },
    accept(event, data) {
      const value = JSON.parse(data);
      if (event === 'all') {
        set({ view: value, connected: true, heard: '' });
        if (tablesWanted) loadTables();
      } else if (event === 'journey') acceptJourney(value);
      else setView({ [event]: value });
    },
    toggleHop(journeyId, hopId) {
      const openHops = new Map(state.openHops);
      if (openHops.delete(hopId)) {
        set({ openHops });
        return;
      }
      set({ openHops: openHops.set(hopId, undefined) });
      void readHop(journeyId, hopId).then((detail) =>
        set({ openHops: new Map(state.openHops).set(hopId, detail) }),
      );
    },
    loadTables,
  };
}

function newestNotification(before: ConsoleView, after: ConsoleView): string | undefined {
  for (const phone of after.phones) {
    const newest = phone.threads[0]?.[0];
    const old = before.phones.find(({ id }) => id === phone.id)?.threads[0]?.[0];
    if (newest !== undefined && newest.id !== old?.id) {
      return `${phone.name}: ${newest.title}. ${newest.body}`;
    }
  }
  return undefined;
}
