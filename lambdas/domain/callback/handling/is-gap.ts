import type { SubscriptionView } from '../../model/subscription.ts';
import type { Summary } from './summarize.ts';

/**
 * Exchange believes to have delivered up to a watermark that we never saw: events were lost in between. Told once:
 * with the next request the watermark of this one is the known one.
 */
export function isGap(view: SubscriptionView, { previousWatermark }: Summary): boolean {
  return (
    previousWatermark !== undefined &&
    view.watermark !== undefined &&
    previousWatermark !== view.watermark &&
    previousWatermark !== view.previousWatermark
  );
}
