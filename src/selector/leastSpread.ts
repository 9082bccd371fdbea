/** Half a band on the log scale at least: repeats of one case differ by 4 % in the median, and a mean of a ratio is known no better than this. */
export const LEAST_SPREAD = 0.03;
