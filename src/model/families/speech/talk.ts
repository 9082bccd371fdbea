import type { Family, FamilyContext, FamilyModel } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike, type BlockContext } from '../../parts/llamaLike';
import { transformerSizes } from '../../parts/sizes';
import { lookup, matrix, norm } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from '../vision/clip';

function needed(model: FamilyModel | undefined, key: string): FamilyModel {
  if (model === undefined) throw new ReadFailure('contradiction', `${key} is no configuration.`);
  return model;
}

function biases({ config }: FamilyContext): { qkvBias: boolean; outBias: boolean; mlpBias: boolean } {
  const attention = config.flag(false, 'attention_bias');
  return { qkvBias: attention, outBias: attention, mlpBias: config.flag(false, 'mlp_bias') };
}

/** CSM: a Llama over text and one code book, a small one over the others, and a codec. */
export const csm: Family = (context) => {
  const { config, architecture, notes } = context;
  const sizes = transformerSizes(config);
  const { hidden, vocabulary } = sizes;
  const books = config.integer('num_codebooks');
  const shared = config.flag(true, 'tie_codebooks_embeddings');
  config.understood('tie_word_embeddings', 'codebook_size');
  if (architecture !== 'CsmForConditionalGeneration')
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the whole model.');
  const backbone = llamaLike(context, {
    ...biases(context),
    prefix: 'backbone_model.',
    embedding: 'embed_tokens.embed_audio_tokens',
    sizes: { ...sizes, vocabulary: books * vocabulary },
    noHead: true,
  });
  const depth = needed(
    context.nested('depth_decoder_config', 'csm_depth_decoder_model', { evenIfAbsent: true }),
    'depth_decoder_config',
  );
  const codec = needed(context.nested('codec_config', 'mimi', { evenIfAbsent: true }), 'codec_config');
  const tables = [...backbone.outside, ...depth.outside].filter(({ name }) =>
    /embed_(?:audio_)?tokens\.weight$/.test(name),
  );
  if (shared && new Set(tables.map(({ shape }) => shape.join())).size > 1)
    notes.doubt('contradiction', 'Both decoders share one table of codes, and the file gives it two shapes.');
  const own = depth.outside.filter(({ name }) => !(shared && name.endsWith('embed_tokens.weight')));
  return {
    ...backbone,
    vocabulary,
    outside: [
      ...backbone.outside,
      lookup('embed_text_tokens', config.integer('text_vocab_size'), hidden),
      ...matrix('lm_head', vocabulary, hidden, 'head'),
    ],
    towers: [asTower({ ...depth, outside: own }, 'audio'), asTower(codec, 'audio')],
  };
};

/** CSM's decoder of the other code books. */
export const csmDepth: Family = (context) => {
  const { config } = context;
  const sizes = transformerSizes(config);
  const { hidden, vocabulary } = sizes;
  const books = config.integer('num_codebooks');
  const wide = config.integer('backbone_hidden_size');
  const prefix = 'depth_decoder.model.';
  const model = llamaLike(context, { ...biases(context), prefix, noHead: true, sizes });
  return {
    ...model,
    outside: [
      lookup(`${prefix}embed_tokens`, books * vocabulary, wide),
      ...norm(`${prefix}norm`, hidden, 'rms'),
      ...matrix(`${prefix}inputs_embeds_projector`, hidden, wide, 'other'),
      {
        name: 'depth_decoder.codebooks_head.weight',
        shape: [Math.max(0, books - 1), hidden, vocabulary],
        part: 'head',
        role: 'linear',
      },
    ],
  };
};

const LINEAR = {
  query: 'q_proj.linear',
  key: 'k_proj.linear',
  value: 'v_proj.linear',
  output: 'o_proj.linear',
} as const;

/** Moshi's block: Llama's with gate and input in one matrix of `ffn_dim` rows. */
function moshiLike(context: FamilyContext, prefix: string, vocabulary: number): FamilyModel {
  const { config } = context;
  const sizes = { ...transformerSizes(config), vocabulary };
  const width = config.integer('ffn_dim');
  return llamaLike(context, {
    prefix,
    sizes,
    noHead: true,
    attention: (index, base: BlockContext) => {
      const window = base.window(index);
      return groupedAttention({
        module: `${base.path}self_attn`,
        hidden: sizes.hidden,
        queryHeads: sizes.heads,
        kvHeads: sizes.kvHeads,
        headDim: sizes.headDim,
        names: LINEAR,
        ...(window === undefined ? {} : { window }),
      });
    },
    feedForward: (_index, base) =>
      denseFeedForward({
        module: `${base.path}mlp`,
        hidden: sizes.hidden,
        width: Math.floor(width / 2),
        fused: 'fc1',
        names: { down: 'fc2' },
      }),
  });
}

/** Kyutai's speech to text: Moshi's stack over text and the codes of what is heard. */
export const kyutaiSpeechToText: Family = (context) => {
  const { config, architecture, notes } = context;
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const rows = vocabulary + config.integer('num_codebooks') * config.integer('codebook_vocab_size') + 1;
  const headed = !architecture.endsWith('Model');
  if (headed && architecture !== 'KyutaiSpeechToTextForConditionalGeneration')
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the whole model.');
  if (config.flag(false, 'tie_word_embeddings'))
    notes.doubt('tied-head-unclear', 'Head and table have different numbers of rows; they are not tied.');
  config.understood('audio_bos_token_id', 'audio_pad_token_id', 'frame_size');
  const model = moshiLike(context, 'model.', rows);
  const codec = context.nested('codec_config', 'mimi', { evenIfAbsent: true });
  return {
    ...model,
    vocabulary,
    outside: [...model.outside, ...(headed ? matrix('lm_head', vocabulary, hidden, 'head') : [])],
    towers: headed ? [asTower(needed(codec, 'codec_config'), 'audio')] : [],
  };
};

/** Moshi: speaks and listens at once; a large decoder over both streams, a small one over code books, and a codec. */
export const moshi: Family = (context) => {
  const { config, architecture, notes } = context;
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const books = config.integer('num_codebooks');
  const sounds = config.optional('audio_vocab_size') ?? 2048;
  const whole = architecture.endsWith('ForConditionalGeneration');
  if (!whole && !/(?:ForCausalLM|Model)$/.test(architecture))
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the decoder.');
  if (config.flag(false, 'tie_word_embeddings'))
    notes.doubt('tied-head-unclear', 'Head and table have different numbers of rows; they are not tied.');
  const model = moshiLike(context, whole ? 'decoder.model.' : 'model.', vocabulary + 1);
  const head = architecture.endsWith('Model') ? [] : matrix('lm_head', vocabulary, hidden, 'head');
  const codec = context.nested('audio_encoder_config', 'mimi', { evenIfAbsent: true });
  const depth = context.nested('depth_decoder_config', 'moshi_depth', { evenIfAbsent: true });
  const section = config.object('depth_decoder_config') ?? {};
  const outer = {
    vocab_size: vocabulary,
    input_size: hidden,
    audio_vocab_size: sounds,
    num_codebooks: books,
  };
  for (const [key, value] of Object.entries(outer)) {
    if (section[key] !== undefined && section[key] !== value)
      notes.doubt('contradiction', `depth_decoder_config.${key} is not what the file around it says.`);
  }
  if (!whole) return { ...model, vocabulary, outside: [...model.outside, ...head] };
  return {
    ...model,
    vocabulary,
    outside: [
      ...model.outside,
      ...head,
      ...Array.from({ length: 2 * books }, (_, index) =>
        lookup(`embed_tokens.${String(index)}`, sounds + 1, hidden),
      ),
    ],
    towers: [
      asTower(needed(codec, 'audio_encoder_config'), 'audio'),
      asTower(needed(depth, 'depth_decoder_config'), 'audio'),
    ],
  };
};

/** Moshi's small decoder: every code book has matrices of its own. */
export const moshiDepth: Family = ({ config }) => {
  const sizes = transformerSizes(config);
  const { hidden, heads, kvHeads, headDim, vocabulary } = sizes;
  const books = config.integer('num_codebooks');
  const width = config.integer('ffn_dim');
  const input = config.integer('input_size');
  const sounds = config.integerOr(2048, 'audio_vocab_size');
  config.understood('tie_word_embeddings', 'sliding_window', 'max_position_embeddings');
  const path = 'depth_decoder.layers.{layer}.';
  const each = (
    name: string,
    out: number,
    from: number,
    part: 'attention' | 'feedForward',
  ): WeightTensor => ({
    name: `${path}${name}.weight`,
    shape: [books, out, from],
    part,
    role: 'linear',
  });
  const layer: LayerPlan = {
    mixer: {
      mixer: {
        kind: 'attention',
        queryHeads: heads,
        kvHeads,
        keyHeadDim: headDim,
        valueHeadDim: headDim,
        causal: true,
      },
      weights: [
        each('self_attn.q_proj', heads * headDim, hidden, 'attention'),
        each('self_attn.k_proj', kvHeads * headDim, hidden, 'attention'),
        each('self_attn.v_proj', kvHeads * headDim, hidden, 'attention'),
        each('self_attn.o_proj', hidden, heads * headDim, 'attention'),
      ],
    },
    feedForward: {
      feedForward: { kind: 'dense', matrices: 3, width: Math.floor(width / 2) },
      weights: [
        each('mlp.fc1', width, hidden, 'feedForward'),
        each('mlp.fc2', hidden, Math.floor(width / 2), 'feedForward'),
      ],
    },
    others: ['input_layernorm', 'post_attention_layernorm'].flatMap((name) =>
      norm(path + name, hidden, 'rms'),
    ),
  };
  const wide = (name: string, out: number, from: number): WeightTensor => ({
    name: `depth_decoder.${name}.weight`,
    shape: [books, out, from],
    part: 'other',
    role: 'linear',
  });
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: null,
    layers: planLayers(
      sizes.layers,
      () => '',
      () => layer,
    ),
    outside: [
      lookup('depth_decoder.text_embed_tokens', vocabulary + 1, hidden),
      ...Array.from({ length: Math.max(0, books - 1) }, (_, index) =>
        lookup(`depth_decoder.embed_tokens.${String(index)}`, sounds + 1, hidden),
      ),
      wide('input_projections', hidden, input),
      wide('lm_heads', sounds, hidden),
    ],
    tiedHead: false,
    headKnown: true,
  };
};
