import type { Config } from '../../config';
import type { Family } from '../../family';
import { classDefaults } from '../../classDefaults';
import { encoderStack } from '../../parts/encoderStack';
import type { LayerPlan } from '../../parts/foldLayers';
import {
  conv,
  blocks,
  doubtHead,
  learned,
  linear,
  patchGrid,
  plainLayer,
  sides,
  visionModel,
} from '../../parts/visionPieces';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { dual, towers } from './clipKin';

function clipLike(
  config: Config,
  path: string,
  keys: string,
  others: (path: string) => WeightTensor[],
): LayerPlan[] {
  return encoderStack({
    path,
    layers: config.integer(`${keys}num_hidden_layers`),
    hidden: config.integer(`${keys}hidden_size`),
    heads: config.integer(`${keys}num_attention_heads`),
    width: config.integer(`${keys}intermediate_size`),
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    others: () => others(path),
  });
}

/** X-CLIP's picture encoder: CLIP's, with a message that frames pass to one another. */
export const xClipVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const [rows, columns] = patchGrid(config);
  const v = 'vision_model.';
  config.understood('num_frames', 'mit_hidden_size', 'mit_intermediate_size', 'mit_num_hidden_layers');
  config.understood('mit_num_attention_heads', 'projection_dim');
  const messages = (path: string): WeightTensor[] => [
    ...linear(`${path}message_fc`, hidden, hidden),
    ...norm(`${path}message_ln`, hidden, 'layer'),
    ...['k_proj', 'v_proj', 'q_proj', 'out_proj'].flatMap((name) =>
      linear(`${path}message_attn.${name}`, hidden, hidden, 'attention'),
    ),
  ];
  return visionModel(hidden, clipLike(config, `${v}encoder.layers.{layer}.`, '', messages), [
    learned(`${v}embeddings.class_embedding`, hidden),
    ...conv(`${v}embeddings.patch_embedding`, hidden, config.integerOr(3, 'num_channels'), {
      kernel: sides(config, 'patch_size'),
      part: 'embedding',
    }),
    lookup(`${v}embeddings.position_embedding`, rows * columns + 1, hidden),
    ...norm(`${v}pre_layernorm`, hidden, 'layer'),
    ...norm(`${v}post_layernorm`, hidden, 'layer'),
  ]);
};

/** X-CLIP: CLIP for videos; frames are joined by a small transformer, prompts are made from what is seen. */
export const xClip: Family = (context) => {
  const { config } = context;
  doubtHead(context, /Model$/);
  config.understood('prompt_alpha', 'prompt_hidden_act', 'prompt_num_attention_heads');
  const both = towers(context);
  const section = config.section('vision_config', classDefaults('xclip_vision_model'));
  if (section === undefined) throw new ReadFailure('contradiction', 'vision_config is no configuration.');
  for (const key of Object.keys(section.raw)) section.understood(key);
  const out = config.integer('projection_dim');
  const frames = section.integer('mit_hidden_size');
  const p = 'prompts_generator.';
  const prompts = blocks(config.integer('prompt_layers'), () =>
    plainLayer([
      ...['k_proj', 'v_proj', 'q_proj'].flatMap((name) =>
        matrix(`${p}decoder.{layer}.cross_attn.${name}`, out, out, 'attention'),
      ),
      ...linear(`${p}decoder.{layer}.cross_attn.proj`, out, out, 'attention'),
      ...norm(`${p}decoder.{layer}.norm1`, out, 'layer'),
      ...norm(`${p}decoder.{layer}.norm3`, out, 'layer'),
      ...linear(`${p}decoder.{layer}.mlp.0`, 4 * out, out, 'feedForward'),
      ...linear(`${p}decoder.{layer}.mlp.3`, out, 4 * out, 'feedForward'),
    ]),
  );
  const model = dual(both, [
    ...matrix('text_projection', out, both.text.hidden, 'head'),
    ...matrix('visual_projection', out, both.vision.hidden, 'head'),
    vector('prompts_visual_projection', [both.vision.hidden, out], 'other'),
    ...norm('prompts_visual_layernorm', both.vision.hidden, 'layer'),
    learned('mit.position_embedding', 1, section.integer('num_frames'), frames),
    vector(`${p}alpha`, out, 'other'),
    ...norm(`${p}layernorm`, out, 'layer'),
  ]);
  return {
    ...model,
    layers: [
      ...model.layers,
      ...clipLike(section, 'mit.encoder.layers.{layer}.', 'mit_', () => []),
      ...prompts,
    ],
  };
};
