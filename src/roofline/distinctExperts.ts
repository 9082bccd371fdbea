/**
 * Expected number of distinct experts that `tokens` tokens touch when each picks `perToken` of `experts` at random:
 * E (1 − (1 − k/E)^tokens). Even routing; real routers are a little uneven, which touches fewer.
 */
export function distinctExperts(experts: number, perToken: number, tokens: number): number {
  if (perToken >= experts) return experts;
  return experts * (1 - Math.pow(1 - perToken / experts, tokens));
}
