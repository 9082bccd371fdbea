/**
 * Values that a slider stops at: powers of two and the halves between, from `least` to `most`, so that equal ways are equal
 * ratios. `most` is a stop even where it is no such number.
 */
export function sliderSteps(least: number, most: number): number[] {
  const steps: number[] = [];
  for (let power = 1; power <= most; power *= 2) {
    for (const step of [power, power * 1.5]) {
      if (Number.isInteger(step) && step >= least && step <= most) steps.push(step);
    }
  }
  if (steps.at(-1) !== most) steps.push(most);
  return steps;
}

/** The same steps with `value` among them: a number from the settings is kept as it is, not rounded to a stop. */
export function stepsWith(steps: readonly number[], value: number): number[] {
  return steps.includes(value) ? [...steps] : [...steps, value].sort((a, b) => a - b);
}
