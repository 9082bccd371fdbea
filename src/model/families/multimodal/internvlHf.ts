import type { Config } from '../../config';
import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { layerCount } from '../../parts/sizes';
import { convolution, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { asTower } from '../vision/clip';
import { textAndVision } from './visionLanguage';

/** Height and width, said as one number or as two. */
function pair(config: Config, key: string): [number, number] {
  const said = config.raw[key];
  if (typeof said === 'number') return [config.integer(key), config.integer(key)];
  const list = config.integers(key) ?? [];
  return [list[0] ?? 0, list[1] ?? list[0] ?? 0];
}

/** InternViT as transformers has it: query, key and value apart. */
export const internVlVision: Family = ({ config, notes }) => {
  const hidden = config.integer('hidden_size');
  const [patchHeight, patchWidth] = pair(config, 'patch_size');
  const [height, width] = pair(config, 'image_size');
  const patches = Math.floor(height / Math.max(1, patchHeight)) * Math.floor(width / Math.max(1, patchWidth));
  const path = 'vision_tower.encoder.layer.{layer}.';
  const kind = config.text('norm_type') === 'rms_norm' ? 'rms' : 'layer';
  const positions = config.flag(true, 'use_absolute_position_embeddings');
  if (config.flag(false, 'use_mask_token')) notes.doubt('unknown-key', 'The mask token is not counted.');
  const pooled = config.flag(true, 'use_mean_pooling');
  config.understood('layer_scale_init_value', 'use_mean_pooling');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path,
      layers: layerCount(config),
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: config.flag(false, 'attention_bias'),
      outBias: true,
      mlpBias: true,
      norm: kind,
      attention: 'attention',
      attentionNames: { output: 'projection_layer' },
      qkNorm: config.flag(false, 'use_qk_norm') ? 'full' : 'none',
      blockNorms: ['layernorm_before', 'layernorm_after'],
      others: (): WeightTensor[] =>
        ['lambda_1', 'lambda_2'].map((name) => vector(path + name, hidden, 'vision')),
    }),
    outside: [
      vector('vision_tower.embeddings.cls_token', [1, 1, hidden], 'embedding'),
      ...convolution(
        'vision_tower.embeddings.patch_embeddings.projection',
        [hidden, config.integerOr(3, 'num_channels'), patchHeight, patchWidth],
        'embedding',
        { bias: true },
      ),
      ...(positions
        ? [vector('vision_tower.embeddings.position_embeddings', [1, patches + 1, hidden], 'embedding')]
        : []),
      ...(pooled ? [] : norm('vision_tower.layernorm', hidden, 'layer')),
    ],
    tiedHead: false,
  };
};

/** InternVL as transformers has it: stacked patches, a norm and two matrices. */
export const internVlHf: Family = (context) => {
  const { config } = context;
  const { text, vision } = textAndVision(context, 'qwen2', 'internvl_vision');
  const merged = (vision?.hidden ?? 0) * Math.round(1 / (config.number('downsample_ratio') ?? 0.5)) ** 2;
  if (vision === undefined) return text;
  return {
    ...text,
    towers: [
      asTower(vision, 'vision', [
        ...norm('multi_modal_projector.layer_norm', merged, 'layer'),
        ...matrix('multi_modal_projector.linear_1', text.hidden, merged, 'vision', { bias: true }),
        ...matrix('multi_modal_projector.linear_2', text.hidden, text.hidden, 'vision', { bias: true }),
      ]),
    ],
  };
};
