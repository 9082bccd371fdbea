/** The index of a layer in a tensor's name, and what stands before it: `model.layers.3.mlp.up_proj.weight`. */
const LAYER = /^(?:(.*?)[./])?(layers?|h|blocks?|blk|resblocks)[./_](\d{1,6})(?=[./_]|$)/;

/** Where a tensor belongs, as far as its name says. */
export interface TensorPlace {
  /** Number of its layer; null for what stands outside layers. */
  layer: number | null;
  /** The layer as the name spells it, its stack included (`vision.blocks.3`); empty outside layers. */
  stack: string;
}

/** The first layer in the name counts: T5 names parts of a block layers too. */
export function tensorPlace(name: string): TensorPlace {
  const found = LAYER.exec(name);
  return found ? { layer: Number(found[3]), stack: found[0] } : { layer: null, stack: '' };
}
