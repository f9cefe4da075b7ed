import type { SubscriptionView } from '../../model/subscription.ts';
import { watermarkDigest } from '../../model/watermark.ts';
import type { Summary } from './summarize.ts';

/**
 * Exchange believes to have delivered up to a watermark that we never saw: events were lost in between. Told once:
 * with the next request the watermark of this one is the known one.
 */
export function isGap(view: SubscriptionView, { previousWatermark }: Summary): boolean {
  if (previousWatermark === undefined || view.watermark === undefined) return false;
  const previous = watermarkDigest(previousWatermark);
  return previous !== view.watermark && previous !== view.previousWatermark;
}
