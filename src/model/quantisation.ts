/**
 * How a checkpoint's linear weights are stored, as its own files declare it. `method` is the key of a weight scheme
 * (see `weightScheme.ts`), which knows bits, groups, scales and zero points.
 */
export interface Quantisation {
  /** Key of the scheme: `gptq-int4`, `awq-int4`, `w8a8-fp8`, `nvfp4`, `mxfp4`, `bnb-nf4`, … */
  scheme: string;
  bits: number;
  /** Elements that share one scale: along the input, 0 for one scale an output row, -1 for one a tensor, or a block [rows, columns]. */
  group: number | readonly [number, number];
  /** Patterns of module names that stay in the model's own format, as written in the file. */
  ignored: readonly string[];
  /** Where it was said: `config.json`, `quantize_config.json`, `hf_quant_config.json`, `gguf`. */
  source: string;
  /** Bits of one scale, where they are not the scheme's usual ones (scales that are quantised themselves). */
  scaleBits?: number;
  /** Modules that are stored in another way than the rest; the first that matches holds. */
  parts?: readonly QuantisedPart[];
  /** True where nothing but the modules of `parts` is quantised. */
  partsOnly?: boolean;
}

/** Modules named one by one, or by patterns, with how they are stored; null in place of a scheme leaves them as they are. */
export interface QuantisedPart {
  targets: readonly string[];
  scheme: string | null;
  bits: number;
  group: Quantisation['group'];
}
