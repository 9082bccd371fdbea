import { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { matrix, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { phi3 } from '../decoders/phi3';
import { phi4Audio, phi4Vision } from './phi4Multimodal';
import { joined } from './wrapper';

/** What the class holds fixed: SigLIP so400m at 448 pixels. */
const EYE = {
  hidden_size: 1152,
  intermediate_size: 4304,
  num_hidden_layers: 27,
  num_attention_heads: 16,
  image_size: 448,
  patch_size: 14,
};

function fixed(context: FamilyContext, values: Record<string, unknown>, family: Family): FamilyModel {
  return family({ ...context, config: new Config(values, {}, context.notes) });
}

/** The ear under its own code's keys, read by the family of the library's form. */
function earOf(context: FamilyContext): FamilyModel {
  const processor = context.config.section('audio_processor', {})?.section('config', {});
  if (processor === undefined) throw new ReadFailure('missing-key', 'audio_processor.config is not said.');
  const hidden = processor.integer('attention_dim');
  const pitches = processor.integer('input_size');
  const bias = processor.section('relative_attention_bias_args', { t5_bias_max_distance: 1000 });
  const stem = processor.section('nemo_conv_settings', { conv_channels: hidden });
  const model = fixed(
    context,
    {
      hidden_size: hidden,
      num_attention_heads: processor.integer('attention_heads'),
      num_blocks: processor.integer('num_blocks'),
      intermediate_size: processor.integer('linear_units'),
      kernel_size: processor.integer('kernel_size'),
      input_size: pitches,
      time_reduction: processor.integer('time_reduction'),
      nemo_conv_channels: stem?.integer('conv_channels') ?? hidden,
      ext_pw_out_channel: processor.integer('ext_pw_out_channel'),
      depthwise_separable_out_channel: processor.integer('depthwise_seperable_out_channel'),
      depthwise_multiplier: processor.integerOr(1, 'depthwise_multiplier'),
      bias_max_distance: bias?.integer('t5_bias_max_distance') ?? 1000,
    },
    phi4Audio,
  );
  bias?.understood('type');
  processor.understood(
    'encoder_embedding_config',
    'ext_pw_kernel_size',
    'bias_in_glu',
    'cnn_layer_norm',
    'batch_norm',
    'input_layer',
    'conv_glu_type',
    'left_chunk',
    'chunk_size',
    'activation_checkpointing',
  );
  return {
    ...model,
    outside: [
      ...model.outside,
      vector('model.embed_tokens_extend.audio_embed.encoder.encoder_embedding.global_mean', pitches, 'other'),
      vector(
        'model.embed_tokens_extend.audio_embed.encoder.encoder_embedding.global_invstd',
        pitches,
        'other',
      ),
    ],
  };
}

/** Two thin matrices beside each of a layer's linear weights, for each adapter. */
function adapters(text: FamilyModel, ranks: readonly (readonly [string, number])[]): FamilyModel {
  const beside = (weights: readonly WeightTensor[]): WeightTensor[] =>
    weights
      .filter((tensor) => tensor.role === 'linear')
      .flatMap((tensor) =>
        ranks.flatMap(([name, rank]) => [
          ...matrix(
            `${tensor.name.replace(/\.weight$/, '')}.lora_A.${name}`,
            rank,
            tensor.shape[1] ?? 0,
            'other',
          ),
          ...matrix(
            `${tensor.name.replace(/\.weight$/, '')}.lora_B.${name}`,
            tensor.shape[0] ?? 0,
            rank,
            'other',
          ),
        ]),
      );
  const built = new Map<FamilyModel['layers'][number], FamilyModel['layers'][number]>();
  return {
    ...text,
    layers: text.layers.map((plan) => {
      const known = built.get(plan);
      if (known !== undefined) return known;
      const more = beside([...plan.mixer.weights, ...plan.feedForward.weights]);
      const full = { ...plan, others: [...plan.others, ...more] };
      built.set(plan, full);
      return full;
    }),
  };
}

/** Two matrices from one part to the language model. */
function pair(path: string, from: number, to: number): WeightTensor[] {
  return [
    ...matrix(`${path}.0`, to, from, 'other', { bias: true }),
    ...matrix(`${path}.2`, to, to, 'other', { bias: true }),
  ];
}

/**
 * Phi-4-multimodal as its own code has it: Phi-4-mini with two adapters inside, an eye and an ear. Held to the
 * published count of microsoft/Phi-4-multimodal-instruct, 5,574,460,384.
 */
export const phi4mm: Family = (context) => {
  const { config } = context;
  const ranks = ['vision', 'speech'].map((name): readonly [string, number] => {
    const adapter = config.section(`${name}_lora`, { r: 0 });
    adapter?.understood('layer', 'dp', 'lora_alpha');
    return [name, adapter?.integer('r') ?? 0];
  });
  const plain = phi3({ ...context, architecture: 'ForCausalLM' });
  const text = adapters(
    plain,
    ranks.filter(([, rank]) => rank > 0),
  );
  const eye = fixed(context, EYE, phi4Vision);
  const ear = earOf(context);
  config.understood(
    'embd_layer',
    'img_processor',
    'full_attn_mod',
    'interpolate_factor',
    'lm_head_bias',
    'vision_lora',
    'speech_lora',
    'attention_bias',
    'mlp_bias',
    'audio_processor',
  );
  const p = 'model.embed_tokens_extend.';
  const seen = joined(
    { text, tower: eye },
    {
      projector: [
        ...pair(`${p}image_embed.img_projection`, eye.hidden, text.hidden),
        vector(`${p}image_embed.glb_GN`, [1, 1, eye.hidden], 'other'),
        vector(`${p}image_embed.sub_GN`, [1, 1, 1, eye.hidden], 'other'),
      ],
    },
  );
  return joined(
    { text: seen, tower: ear },
    {
      kind: 'audio',
      projector: ['speech', 'vision'].flatMap((name) =>
        pair(`${p}audio_embed.audio_projection.${name}`, ear.hidden, text.hidden),
      ),
    },
  );
};
