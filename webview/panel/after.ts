import type { Estimate } from '../../src/roofline/estimate';

/** What the recommendation that is looked at would make of the estimate; charts show it beside what is now. */
export interface After {
  title: string;
  estimate: Estimate;
}
