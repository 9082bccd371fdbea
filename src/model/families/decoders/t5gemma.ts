import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { transformerSizes } from '../../parts/sizes';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';
import { windows, type WindowRule } from '../../parts/window';
import { ReadFailure } from '../../readFailure';
import { asTower } from '../vision/clip';
import type { Tower } from '../../spec';
import { slidingExceptEvery } from './slidingPattern';

interface GemmaStack {
  path: string;
  /** True for a stack that writes: its own cache, and none for what it looks up in the other. */
  causal: boolean;
  /** Width of the other stack, where attention to it has weights of its own. */
  crosses?: number;
  headNorms: boolean;
  window: WindowRule;
}

const HALVES = ['self_attn', 'feedforward'];

/** Gemma's block with a norm before and after each half, encoder or decoder. */
function stack(config: Config, s: GemmaStack): LayerPlan[] {
  const sizes = transformerSizes(config);
  const bias = config.flag(false, 'attention_bias');
  const width = config.integer('intermediate_size');
  const windowOf = windows(config, s.window);
  const path = `${s.path}layers.{layer}.`;
  const norms = s.crosses === undefined ? HALVES : [...HALVES, 'cross_attn'];
  return planLayers(
    sizes.layers,
    (index) => String(windowOf(index)),
    (index) => {
      const window = windowOf(index);
      const shape = {
        hidden: sizes.hidden,
        queryHeads: sizes.heads,
        kvHeads: sizes.kvHeads,
        headDim: sizes.headDim,
        qkvBias: bias,
        outBias: bias,
      };
      return {
        mixer: groupedAttention({
          ...shape,
          module: `${path}self_attn`,
          causal: s.causal,
          qkNorm: s.headNorms ? 'head' : 'none',
          ...(window === undefined ? {} : { window }),
        }),
        ...(s.crosses === undefined
          ? {}
          : {
              second: groupedAttention({
                ...shape,
                module: `${path}cross_attn`,
                kvInput: s.crosses,
                causal: false,
              }),
            }),
        feedForward: denseFeedForward({ module: `${path}mlp`, hidden: sizes.hidden, width }),
        others: norms.flatMap((name) =>
          ['pre', 'post'].flatMap((side) => norm(`${path}${side}_${name}_layernorm`, sizes.hidden, 'rms')),
        ),
      };
    },
  );
}

function section(context: FamilyContext, key: 'encoder' | 'decoder', type: string): FamilyModel {
  const model = context.nested(key, type, { evenIfAbsent: true });
  if (model === undefined) throw new ReadFailure('contradiction', `${key} is no configuration.`);
  return model;
}

function limit(config: Config): number | null {
  return config.optional('max_position_embeddings') ?? null;
}

/** True where a language model's head sits on top; other heads are told, and counted as that. */
function hasHead({ architecture, notes }: FamilyContext): boolean {
  const headed = !/(?<!LMHead)Model$/.test(architecture);
  if (headed && !/ForConditionalGeneration$/.test(architecture) && architecture !== '')
    notes.doubt('unknown-head', 'The head of this architecture is not known; a language model’s is counted.');
  return headed;
}

function readingTower({ hidden, layers, outside }: FamilyModel): Tower {
  return towerOf({ kind: 'text-encoder', hidden, layers, outside });
}

/** What every part of these models leaves without effect on its own. */
function understood(config: Config): void {
  config.understood('tie_word_embeddings', 'is_decoder', 'cross_attention_hidden_size', 'dropout_rate');
}

/** One half of T5Gemma on its own; the halves are put together by `t5gemma`. */
export const t5gemmaModule: Family = ({ config }) => {
  const sizes = transformerSizes(config);
  const crosses = config.optional('cross_attention_hidden_size');
  const path = crosses === undefined ? 'model.encoder.' : 'model.decoder.';
  understood(config);
  return {
    kind: 'encoder',
    hidden: sizes.hidden,
    vocabulary: sizes.vocabulary,
    maxContext: limit(config),
    layers: stack(config, {
      path,
      causal: crosses !== undefined,
      headNorms: false,
      window: { slides: (index) => index % 2 === 0 },
      ...(crosses === undefined ? {} : { crosses }),
    }),
    outside: [
      lookup(`${path}embed_tokens`, sizes.vocabulary, sizes.hidden),
      ...norm(`${path}norm`, sizes.hidden, 'rms'),
    ],
    tiedHead: false,
  };
};

/** T5Gemma: Gemma 2 as encoder and decoder, each with its own embedding, the head tied to the decoder's. */
export const t5gemma: Family = (context) => {
  const { config } = context;
  const encoder = section(context, 'encoder', 't5_gemma_module');
  const decoder = context.nested('decoder', 't5_gemma_module', {
    evenIfAbsent: true,
    inherited: { cross_attention_hidden_size: encoder.hidden },
  });
  if (decoder === undefined) throw new ReadFailure('contradiction', 'decoder is no configuration.');
  const tied = config.flag(true, 'tie_word_embeddings');
  const headed = hasHead(context);
  config.understood('vocab_size', 'dropout_rate', 'classifier_dropout_rate');
  return {
    ...decoder,
    kind: 'encoder-decoder',
    outside: [
      ...decoder.outside,
      ...(tied || !headed ? [] : matrix('lm_head.out_proj', decoder.vocabulary, decoder.hidden, 'head')),
    ],
    tiedHead: tied && headed,
    headKnown: true,
    towers: [readingTower(encoder)],
  };
};

/** Gemma 3's block, for text that is read or written: five sliding layers to one, norms on every head. */
function gemma3Stack(config: Config, path: string, causal: boolean): FamilyModel {
  const sizes = transformerSizes(config);
  understood(config);
  return {
    kind: 'encoder',
    hidden: sizes.hidden,
    vocabulary: sizes.vocabulary,
    maxContext: limit(config),
    layers: stack(config, { path, causal, headNorms: true, window: slidingExceptEvery(config, 6) }),
    outside: norm(`${path}norm`, sizes.hidden, 'rms'),
    tiedHead: false,
  };
}

export const t5gemma2Decoder: Family = ({ config }) => gemma3Stack(config, 'model.decoder.', true);

export const t5gemma2Text: Family = ({ config }) => {
  const path = 'model.encoder.text_model.';
  const model = gemma3Stack(config, path, false);
  return { ...model, outside: [...embedding(path, model), ...model.outside] };
};

/** The table of tokens, and one row more for the end of a picture. */
function embedding(path: string, { vocabulary, hidden }: FamilyModel): FamilyModel['outside'] {
  return [
    lookup(`${path}embed_tokens`, vocabulary, hidden),
    vector(`${path}embed_tokens.eoi_embedding`, hidden, 'embedding'),
  ];
}

/** Text and pictures in: SigLIP's tower, a norm and one matrix, then the text encoder. */
export const t5gemma2Encoder: Family = (context) => {
  const { config, nested } = context;
  const text = nested('text_config', 't5gemma2_text', { evenIfAbsent: true });
  const vision = nested('vision_config', 'siglip_vision_model', { evenIfAbsent: true });
  if (text === undefined || vision === undefined)
    throw new ReadFailure('contradiction', 'The encoder has a part that is no configuration.');
  understood(config);
  config.understood('mm_tokens_per_image');
  const projector = 'model.encoder.multi_modal_projector.';
  return {
    ...text,
    towers: [
      asTower(vision, 'vision', [
        ...matrix(`${projector}mm_input_projection`, vision.hidden, text.hidden, 'vision'),
        ...norm(`${projector}mm_soft_emb_norm`, vision.hidden, 'rms'),
      ]),
    ],
  };
};

/** T5Gemma 2: self- and cross-attention of the decoder share their weights, and all embeddings are one. */
export const t5gemma2: Family = (context) => {
  const { config } = context;
  const encoder = section(context, 'encoder', 't5gemma2_encoder');
  const decoder = section(context, 'decoder', 't5gemma2_decoder');
  const tied = config.flag(true, 'tie_word_embeddings');
  const headed = hasHead(context);
  if (tied && (encoder.vocabulary !== decoder.vocabulary || encoder.hidden !== decoder.hidden))
    config.notes.doubt(
      'contradiction',
      'The embedding is shared by an encoder and a decoder of other sizes.',
    );
  config.understood('vocab_size', 'dropout_rate', 'classifier_dropout_rate');
  return {
    ...decoder,
    kind: 'encoder-decoder',
    outside: [
      ...(tied ? [] : embedding('model.decoder.', decoder)),
      ...decoder.outside,
      ...(tied || !headed ? [] : matrix('lm_head.out_proj', decoder.vocabulary, decoder.hidden, 'head')),
    ],
    tiedHead: tied && headed,
    headKnown: true,
    towers: [readingTower(encoder), ...(encoder.towers ?? [])],
  };
};
