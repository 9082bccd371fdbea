import type { Config } from '../config';
import type { WeightTensor } from '../spec';
import { encoderStack, type EncoderStack } from './encoderStack';
import type { LayerPlan } from './foldLayers';
import { layerCount } from './sizes';
import { conv, learned, patchGrid, sides } from './visionPieces';

/** Blocks of the first vision transformer, whose names many later ones keep: `attention.attention.query`, `intermediate.dense`. */
export function vitLayers(config: Config, path: string, changes: Partial<EncoderStack> = {}): LayerPlan[] {
  return encoderStack({
    path,
    layers: changes.layers ?? layerCount(config),
    hidden: changes.hidden ?? config.integer('hidden_size'),
    heads: changes.heads ?? config.integer('num_attention_heads'),
    width: changes.width ?? config.integer('intermediate_size'),
    qkvBias: config.flag(true, 'qkv_bias'),
    outBias: true,
    mlpBias: true,
    attention: 'attention',
    attentionNames: {
      query: 'attention.query',
      key: 'attention.key',
      value: 'attention.value',
      output: 'output.dense',
    },
    feedForward: '',
    feedForwardNames: { up: 'intermediate.dense', down: 'output.dense' },
    blockNorms: ['layernorm_before', 'layernorm_after'],
    ...changes,
  });
}

/** The convolution that cuts a picture into patches. */
export function patchProjection(config: Config, module: string, hidden: number, bias = true): WeightTensor[] {
  return conv(module, hidden, config.integerOr(3, 'num_channels'), {
    kernel: sides(config, 'patch_size'),
    bias,
    part: 'embedding',
  });
}

/** Learned positions of all patches and of the tokens put before them. */
export function patchPositions(config: Config, name: string, hidden: number, tokens: number): WeightTensor {
  const [height, width] = patchGrid(config);
  return learned(name, 1, height * width + tokens, hidden);
}
