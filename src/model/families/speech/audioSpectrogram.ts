import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { labelCount } from '../../parts/head';
import { headWidth } from '../../parts/sizes';
import { convolution, matrix, norm, vector } from '../../parts/tensors';

/** Audio spectrogram transformer: a ViT over patches of a spectrogram, two learned tokens before them. */
export const audioSpectrogram: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const patch = config.integer('patch_size');
  const across =
    Math.floor((config.integer('num_mel_bins') - patch) / config.integer('frequency_stride')) + 1;
  const along = Math.floor((config.integer('max_length') - patch) / config.integer('time_stride')) + 1;
  const classified = architecture.endsWith('ForAudioClassification');
  if (!classified && !architecture.endsWith('Model'))
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
  const classes = labelCount(config);
  config.understood('tie_word_embeddings');
  const prefix = 'audio_spectrogram_transformer.';
  const positions = across * along + 2;
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: positions,
    layers: encoderStack({
      path: `${prefix}encoder.layer.{layer}.`,
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads,
      headDim: headWidth(config, hidden, heads),
      width: config.integer('intermediate_size'),
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
    }),
    outside: [
      vector(`${prefix}embeddings.cls_token`, [1, 1, hidden], 'embedding'),
      vector(`${prefix}embeddings.distillation_token`, [1, 1, hidden], 'embedding'),
      vector(`${prefix}embeddings.position_embeddings`, [1, positions, hidden], 'embedding'),
      ...convolution(
        `${prefix}embeddings.patch_embeddings.projection`,
        [hidden, 1, patch, patch],
        'embedding',
        { bias: true },
      ),
      ...norm(`${prefix}layernorm`, hidden, 'layer'),
      ...(classified
        ? [
            ...norm('classifier.layernorm', hidden, 'layer', 'head'),
            ...(classes > 0 ? matrix('classifier.dense', classes, hidden, 'head', { bias: true }) : []),
          ]
        : []),
    ],
    tiedHead: false,
    headKnown: true,
  };
};
