import { isObject } from '../../config';
import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { denseFeedForward, expertFeedForward } from '../../parts/feedForward';
import { llamaLike, plainAttention } from '../../parts/llamaLike';
import { matrix, norm, vector } from '../../parts/tensors';
import type { Tower, WeightTensor } from '../../spec';
import { asTower, patchCount } from '../vision/clip';
import { languagePart } from './languagePart';

/** Llama 4, text: experts in every n-th layer with one shared, dense layers of their own width, chunks in three of four. */
export const llama4Text: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const step = Math.max(1, config.integerOr(1, 'interleave_moe_layer_step'));
  const listed = config.integers('moe_layers');
  const isSparse = (index: number): boolean =>
    listed === undefined ? (index + 1) % step === 0 : listed.includes(index);
  const experts = config.integer('num_local_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  const width = config.integer('intermediate_size');
  const denseWidth = config.integer('intermediate_size_mlp');
  const chunk = config.optional('attention_chunk_size');
  const noRope = config.integers('no_rope_layers') ?? [];
  const interval = Math.max(1, config.integerOr(4, 'no_rope_layer_interval'));
  const seesAll = (index: number): boolean =>
    noRope.length > 0 ? noRope[index] === 0 : (index + 1) % interval === 0;
  config.understood(
    'use_qk_norm',
    'attn_temperature_tuning',
    'floor_scale',
    'attn_scale',
    'for_llm_compressor',
  );
  const types = config.texts('layer_types');
  const window = (index: number): number | undefined =>
    chunk === undefined || (types === undefined ? seesAll(index) : types[index] !== 'chunked_attention')
      ? undefined
      : chunk;
  return llamaLike(context, {
    describe: (index) => `${String(isSparse(index))} ${String(window(index))}`,
    attention: (index, base) => plainAttention(index, { ...base, window }, { qkvBias: bias, outBias: bias }),
    feedForward: (index, base) =>
      isSparse(index)
        ? expertFeedForward({
            module: `${base.path}feed_forward`,
            hidden: base.sizes.hidden,
            width,
            experts,
            expertsPerToken,
            sharedWidth: width,
            router: 'router',
          })
        : denseFeedForward({
            module: `${base.path}feed_forward`,
            hidden: base.sizes.hidden,
            width: denseWidth,
          }),
  });
};

/** Llama 4's vision transformer with the adapter that shrinks its output. */
export const llama4Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  const width = config.integer('intermediate_size');
  const between = config.integer('projector_input_dim');
  const out = config.integer('projector_output_dim');
  config.understood(
    'vision_output_dim',
    'pixel_shuffle_ratio',
    'vision_feature_layer',
    'vision_feature_select_strategy',
    'multi_modal_projector_bias',
    'projector_dropout',
  );
  const p = 'vision_model';
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path: `${p}.model.layers.{layer}.`,
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads: config.integer('num_attention_heads'),
      width,
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attentionNames: { output: 'o_proj' },
      blockNorms: ['input_layernorm', 'post_attention_layernorm'],
    }),
    outside: [
      ...matrix(
        `${p}.patch_embedding.linear`,
        hidden,
        config.integerOr(3, 'num_channels') * patch * patch,
        'embedding',
      ),
      vector(`${p}.class_embedding`, hidden, 'embedding'),
      vector(`${p}.positional_embedding_vlm`, [patchCount(config) + 1, hidden], 'embedding'),
      ...norm(`${p}.layernorm_pre`, hidden, 'layer'),
      ...norm(`${p}.layernorm_post`, hidden, 'layer'),
      ...matrix(`${p}.vision_adapter.mlp.fc1`, between, width, 'other'),
      ...matrix(`${p}.vision_adapter.mlp.fc2`, out, out, 'other'),
    ],
    tiedHead: false,
  };
};

/** Llama 4: text model, tower and one matrix between them. */
export const llama4: Family = (context) => {
  const { config, nested, notes } = context;
  if (!config.says('text_config')) {
    if (!config.says('hidden_size')) notes.doubt('missing-part', 'The file describes none of its parts.');
    return context.as('llama4_text');
  }
  const text = languagePart(context, { type: 'llama4_text' });
  if (text === undefined) return context.as('llama4_text');
  const assumed = !config.says('vision_config');
  const vision = nested('vision_config', 'llama4_vision_model', {
    evenIfAbsent: true,
    ...(assumed ? { inherited: PUBLISHED_TOWER } : {}),
  });
  if (assumed) {
    notes.doubt(
      'missing-part',
      'The file does not describe the vision tower: the one that all published Llama 4 models share is counted.',
    );
  }
  if (vision === undefined) return text;
  const handedOn = assumed ? PUBLISHED_TOWER.vision_output_dim : handedOnWidth(config.raw.vision_config);
  const projector = matrix('multi_modal_projector.linear_1', text.hidden, handedOn, 'vision');
  const tower = asTower(vision, 'vision', projector);
  return {
    ...text,
    towers: [assumed ? idle(tower) : tower],
  };
};

/** A tower that the file does not describe is held in memory, but not counted as working on a token. */
function idle(tower: Tower): Tower {
  const still = (tensor: WeightTensor): WeightTensor => ({ ...tensor, activeCopies: 0 });
  return {
    ...tower,
    groups: tower.groups.map((group) => ({
      ...group,
      layer: { ...group.layer, weights: group.layer.weights.map(still) },
    })),
    outside: tower.outside.map(still),
  };
}

/** The vision_config that both published Llama 4 models share; the class's own defaults are placeholders. */
const PUBLISHED_TOWER = {
  hidden_size: 1408,
  intermediate_size: 5632,
  num_hidden_layers: 34,
  num_attention_heads: 16,
  image_size: 336,
  projector_input_dim: 4096,
  projector_output_dim: 4096,
  vision_output_dim: 4096,
};

/** The class's width of what the tower hands on, for files that leave it out. */
const HANDED_ON = 7680;

function handedOnWidth(section: unknown): number {
  const said = isObject(section) ? section.vision_output_dim : undefined;
  return typeof said === 'number' && Number.isInteger(said) && said > 0 ? said : HANDED_ON;
}
