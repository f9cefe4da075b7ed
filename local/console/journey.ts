import { randomUUID } from 'node:crypto';
import type { AdviceView, HopDetail, HopView, JourneyView, Place } from './view.ts';

export interface NewHop {
  readonly place: Place;
  readonly what: string;
  /** On performance.now's scale; the world's clock may jump while something is on its way. */
  readonly startMs: number;
  readonly ms?: number | undefined;
  readonly answer: string;
  readonly failed: boolean;
  readonly advice: readonly AdviceView[];
  /** What to show when somebody looks closer. Made only then. */
  readonly parts?: (() => HopDetail['parts']) | undefined;
}

interface About {
  readonly title: string;
  readonly kind: JourneyView['kind'];
  readonly email: string;
}

/** One request and everything that it caused. */
export interface Journey {
  readonly id: string;
  readonly startMs: number;
  /** Log lines that name the request. */
  readonly lines: string[];
  describe(about: About): void;
  add(hop: NewHop): void;
  /** The answer of the newest hop at that place that is still under way. */
  finish(place: Place, ms: number, end: Pick<NewHop, 'answer' | 'failed' | 'advice' | 'parts'>): void;
  /** Something at that place went wrong although it answered. */
  warn(place: Place, answer: string, advice: AdviceView): void;
  view(): JourneyView;
  detail(hopId: string): HopDetail | undefined;
}

export function createJourney(first: About & { readonly at: string; readonly startMs: number }): Journey {
  const id = randomUUID();
  const { at, startMs } = first;
  let about: About = first;
  let hops: { readonly id: string; readonly hop: NewHop }[] = [];
  const replace = (hopId: string, hop: NewHop) => {
    hops = hops.map((known) => (known.id === hopId ? { id: hopId, hop } : known));
  };

  function viewOf(beginMs: number): (known: { readonly id: string; readonly hop: NewHop }) => HopView {
    return ({ id: hopId, hop: { parts: _parts, ...hop } }) => ({
      ...hop,
      id: hopId,
      startMs: tenths(hop.startMs - beginMs),
      ms: hop.ms === undefined ? undefined : tenths(hop.ms),
    });
  }

  return {
    id,
    startMs,
    lines: [],
    describe(news) {
      about = news;
    },
    add(hop) {
      hops.push({ id: randomUUID(), hop });
      // Whoever encloses the others is told last: where things began decides.
      hops.sort((a, b) => a.hop.startMs - b.hop.startMs || (b.hop.ms ?? 0) - (a.hop.ms ?? 0));
    },
    finish(place, ms, end) {
      const open = hops.findLast(({ hop }) => hop.place === place && hop.ms === undefined);
      if (open !== undefined)
        replace(open.id, { ...open.hop, ...end, ms, advice: [...open.hop.advice, ...end.advice] });
    },
    warn(place, answer, advice) {
      const last = hops.findLast(({ hop }) => hop.place === place);
      if (last === undefined || last.hop.advice.some(({ section }) => section === advice.section)) return;
      const said = last.hop.answer === '' ? answer : `${last.hop.answer}, ${answer}`;
      replace(last.id, { ...last.hop, answer: said, advice: [...last.hop.advice, advice] });
    },
    view() {
      const beginMs = Math.min(startMs, ...hops.map(({ hop }) => hop.startMs));
      const endMs = Math.max(startMs, ...hops.map(({ hop }) => hop.startMs + (hop.ms ?? 0)));
      return {
        ...about,
        id,
        at,
        ms: tenths(endMs - beginMs),
        underWay: hops.some(({ hop }) => hop.ms === undefined),
        failed: hops.some(({ hop }) => hop.failed || hop.advice.length > 0),
        hops: hops.map(viewOf(beginMs)),
      };
    },
    detail(hopId) {
      const found = hops.find((known) => known.id === hopId);
      return found === undefined ? undefined : { parts: found.hop.parts?.() ?? [] };
    },
  };
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
