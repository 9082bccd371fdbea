import type { Config, JsonObject } from '../../config';
import type { Family, FamilyModel } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { headWidth } from '../../parts/sizes';
import { lookup, matrix, norm } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import { asTower } from '../vision/clip';

/** What each of the three stages assumes (huggingface/transformers src/transformers/models/bark/configuration_bark.py). */
const STAGE: JsonObject = {
  block_size: 1024,
  input_vocab_size: 10048,
  output_vocab_size: 10048,
  num_layers: 12,
  num_heads: 12,
  hidden_size: 768,
  bias: true,
  n_codes_total: 8,
  n_codes_given: 1,
};

/** A stage of Bark: GPT-2's block with biases that can be off; the last stage sees all codes at once. */
function stage(config: Config, prefix: string, fine: boolean): FamilyModel {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_heads');
  const bias = config.flag(true, 'bias');
  const rows = config.integer('input_vocab_size');
  const codes = config.integer('n_codes_total');
  const blocks = config.integer('block_size');
  config.understood('tie_word_embeddings', 'vocab_size', 'model_type', 'architectures');
  const tables = fine
    ? Array.from({ length: codes }, (_, index) =>
        lookup(`${prefix}input_embeds_layers.${String(index)}`, rows, hidden),
      )
    : [lookup(`${prefix}input_embeds_layer`, rows, hidden)];
  const given = config.integer('n_codes_given');
  const tied = fine && config.flag(true, 'tie_word_embeddings');
  const rowsOut = config.integer('output_vocab_size');
  const head = fine
    ? tied
      ? []
      : Array.from({ length: Math.max(0, codes - given) }, (_, index) =>
          matrix(`${prefix}lm_heads.${String(index)}`, rowsOut, hidden, 'head'),
        ).flat()
    : matrix(`${prefix}lm_head`, rowsOut, hidden, 'head');
  return {
    kind: 'decoder',
    hidden,
    vocabulary: rows,
    maxContext: blocks,
    layers: blocksOf(config, `${prefix}layers.{layer}.`, hidden, heads, bias, fine),
    outside: [
      ...tables,
      lookup(`${prefix}position_embeds_layer`, blocks, hidden),
      ...norm(`${prefix}layernorm_final`, hidden, fine || bias ? 'layer' : 'rms'),
      ...head,
    ],
    tiedHead: tied,
    headKnown: true,
  };
}

function blocksOf(
  config: Config,
  path: string,
  hidden: number,
  heads: number,
  bias: boolean,
  fine: boolean,
): LayerPlan[] {
  return planLayers(
    config.integer('num_layers'),
    () => '',
    () => ({
      mixer: groupedAttention({
        module: `${path}attn`,
        hidden,
        queryHeads: heads,
        kvHeads: heads,
        headDim: headWidth(config, hidden, heads),
        qkvBias: bias,
        outBias: bias,
        causal: !fine,
        fused: 'att_proj',
        names: { output: 'out_proj' },
      }),
      feedForward: denseFeedForward({
        module: `${path}mlp`,
        hidden,
        width: 4 * hidden,
        gated: false,
        bias,
        names: { up: 'in_proj', down: 'out_proj' },
      }),
      others: ['layernorm_1', 'layernorm_2'].flatMap((name) =>
        norm(path + name, hidden, fine || bias ? 'layer' : 'rms'),
      ),
    }),
  );
}

/** Bark: text to meaning, meaning to coarse codes, coarse to fine, and a codec. */
export const bark: Family = (context) => {
  const { config, architecture, notes } = context;
  const read = (key: string, prefix: string, fine = false): FamilyModel => {
    const section = config.section(key, STAGE);
    if (section === undefined) throw new ReadFailure('contradiction', `${key} is no configuration.`);
    return stage(section, prefix, fine);
  };
  const codec = context.nested('codec_config', 'encodec', { evenIfAbsent: true });
  if (codec === undefined) throw new ReadFailure('contradiction', 'codec_config is no configuration.');
  if (!architecture.endsWith('Model'))
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the whole model.');
  config.understood('tie_word_embeddings');
  const semantic = read('semantic_config', 'semantic.');
  return {
    ...semantic,

    towers: [
      asTower(read('coarse_acoustics_config', 'coarse_acoustics.'), 'audio'),
      asTower(read('fine_acoustics_config', 'fine_acoustics.', true), 'audio'),
      asTower(codec, 'audio'),
    ],
  };
};
