import { seededRandom } from '../seededRandom';

export interface Sampling {
  /** 0 takes the likeliest token each time; 1 draws as the model says; higher is more even. */
  temperature: number;
  /** Draw among this many likeliest tokens; 0 for all. */
  topK: number;
  /** The same seed draws the same tokens from the same logits. */
  seed: number;
}

/** The first of the largest logits; -1 where there is no number among them. */
export function likeliest(logits: Float32Array): number {
  let best = -1;
  let value = Number.NEGATIVE_INFINITY;
  for (const [token, logit] of logits.entries()) {
    if (logit > value || (best === -1 && logit === value)) [best, value] = [token, logit];
  }
  return best;
}

/**
 * A function from logits to a token. With temperature 0 it is deterministic and no random number is drawn. A RangeError
 * where the logits hold no number at all, as from a broken model.
 */
export function tokenSampler({ temperature, topK, seed }: Sampling): (logits: Float32Array) => number {
  const random = seededRandom(seed);
  return (logits) => {
    const best = likeliest(logits);
    if (best === -1) throw new RangeError('the model gave no usable number for any token');
    if (temperature === 0) return best;
    const highest = logits[best] ?? 0;
    let tokens = Array.from(logits.keys()).filter((token) => !Number.isNaN(logits[token]));
    if (topK > 0 && topK < tokens.length) {
      tokens.sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
      tokens = tokens.slice(0, topK);
    }
    // An infinite logit is the only choice there is; the difference with itself is no number.
    if (!Number.isFinite(highest)) return best;
    const weights = tokens.map((token) => Math.exp(((logits[token] ?? 0) - highest) / temperature));
    let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
    for (const [index, weight] of weights.entries()) {
      rest -= weight;
      if (rest < 0) return tokens[index] ?? best;
    }
    return best;
  };
}
