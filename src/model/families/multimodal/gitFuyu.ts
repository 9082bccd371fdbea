import type { Family } from '../../family';
import { gptLike } from '../../parts/gptLike';
import { transformerSizes } from '../../parts/sizes';
import { matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import { joined, readText, readTower, sizeOf } from './wrapper';

/** GIT: BERT's blocks read from left to right, CLIP's patches before the words. */
export const git: Family = (context) => {
  const { config, architecture } = context;
  const sizes = transformerSizes(config);
  const { hidden } = sizes;
  const positions = config.integer('max_position_embeddings');
  config.understood('position_embedding_type', 'tie_word_embeddings');
  const text = gptLike(config, {
    sizes: { ...sizes, kvHeads: sizes.heads, headDim: hidden / sizes.heads },
    width: config.integer('intermediate_size'),
    maxContext: positions,
    positions,
    positionTable: 'git.embeddings.position_embeddings',
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    blockNorms: ['attention.output.LayerNorm', 'output.LayerNorm'],
    outerNorms: ['git.embeddings.LayerNorm'],
    embedding: 'git.embeddings.word_embeddings',
    headBias: true,
    headModule: 'output',
    headAbsent: architecture === 'GitModel',
    layer: 'git.encoder.layer.{layer}.',
    attention: 'attention',
    attentionNames: {
      query: 'self.query',
      key: 'self.key',
      value: 'self.value',
      output: 'output.dense',
    },
    feedForward: '',
    feedForwardNames: { up: 'intermediate.dense', down: 'output.dense' },
  });
  const tower = readTower(context, 'vision_config', 'git_vision_model');
  const frames = config.optional('num_image_with_embedding') ?? 0;
  if (frames > 1024) throw new ReadFailure('contradiction', 'More frames than any model has embeddings for.');
  return joined(
    { text, tower },
    {
      projector: [
        ...matrix('git.visual_projection.visual_projection.0', hidden, tower.hidden, 'vision', {
          bias: true,
        }),
        ...norm('git.visual_projection.visual_projection.1', hidden, 'layer'),
        ...Array.from({ length: frames }, (_, index) =>
          vector(`git.img_temporal_embedding.${String(index)}`, [1, 1, tower.hidden], 'embedding'),
        ),
      ],
    },
  );
};

/** Fuyu: no tower at all, one matrix from the pixels of a patch to Persimmon. */
export const fuyu: Family = (context) => {
  const { config } = context;
  const patch = config.integer('patch_size');
  const flat = !config.says('text_config') && config.says('hidden_size');
  const text = flat ? context.as('persimmon', 'ForCausalLM') : readText(context, 'text_config', 'persimmon');
  config.understood(
    'image_size',
    'hidden_size',
    'intermediate_size',
    'num_attention_heads',
    'num_hidden_layers',
    'vocab_size',
    'qk_layernorm',
    'max_position_embeddings',
  );
  const pixels = patch * patch * config.integerOr(3, 'num_channels');
  return {
    ...text,
    headKnown: true,
    outside: [
      ...text.outside,
      ...matrix(
        'model.vision_embed_tokens',
        sizeOf(config, 'text_config', 'hidden_size', text.hidden),
        pixels,
        'vision',
        {
          bias: true,
        },
      ),
    ],
  };
};
