import type { Finding } from '../doctor/check.ts';
import { POINTS, type PointId } from './points.ts';

export interface Noted extends Finding {
  readonly point: PointId;
  readonly ms: number;
}

/** The report as Markdown, in parts, so that each line stands there as soon as it is known. */
export function reportHead(place: string, at: string): string {
  return `# ENS, ${place}: verified at ${at}\n\n| point | verdict | what was seen |\n| --- | --- | --- |\n`;
}

export function reportLine({ point, verdict, reason }: Noted): string {
  return `| ${POINTS[point]} | ${verdict === 'failed' ? '**failed**' : verdict} | ${cell(reason)} |\n`;
}

/** What to do about what failed, and a sentence at the end. */
export function reportEnd(points: readonly Noted[]): string {
  const failed = points.filter(({ verdict }) => verdict === 'failed');
  const skipped = points.filter(({ verdict }) => verdict === 'skipped').length;
  const steps = failed.map(
    ({ point, nextStep = '', details = [] }) =>
      `\n**${POINTS[point]}**: ${nextStep}\n${details.map((detail) => `- ${detail}\n`).join('')}`,
  );
  const made = points.length - skipped;
  const sum =
    failed.length === 0
      ? `All ${made} points that were looked at are as they should be.`
      : `${failed.length} of ${made} points failed; begin with the first.`;
  const left = skipped === 0 ? '' : ` ${skipped} could not be looked at.`;
  return `${steps.length === 0 ? '' : `\n## What to do\n${steps.join('')}`}\n${sum}${left} What is left for a person: docs/first-deployment.md.\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
