import { classDefaults } from '../../classDefaults';
import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { groupedAttention } from '../../parts/groupedAttention';
import { matrix, norm, vector } from '../../parts/tensors';
import { siglipTrunk } from '../../parts/vitStack';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { joined } from './wrapper';

/** SigLIP so400m with 70 × 70 positions, which every release but the first has; one layer less where the file says so. */
export const miniCpmVTower: Family = ({ config }) => {
  const layers = config.integer('num_hidden_layers');
  config.understood('drop_last_layer');
  return siglipTrunk(config, {
    tower: 'vpm.',
    layers: config.flag(false, 'drop_last_layer') ? layers - 1 : layers,
  });
};

/** Learned queries that look once at the patches, and a square matrix behind. */
function resampler(queries: number, hidden: number, from: number): WeightTensor[] {
  return [
    vector('resampler.query', [queries, hidden], 'other'),
    ...(from === hidden ? [] : matrix('resampler.kv_proj', hidden, from, 'vision')),
    ...groupedAttention({
      module: 'resampler.attn',
      hidden,
      queryHeads: 1,
      kvHeads: 1,
      headDim: hidden,
      qkvBias: true,
      outBias: true,
      causal: false,
      fused: 'in_proj',
      names: { output: 'out_proj' },
    }).weights,
    ...['ln_q', 'ln_kv', 'ln_post'].flatMap((name) => norm(`resampler.${name}`, hidden, 'layer')),
    vector('resampler.proj', [hidden, hidden], 'vision'),
  ];
}

/** Which language model each release holds; its keys stand at the root of the file. */
function textOf(context: FamilyContext, config: Config): FamilyModel {
  const version = String(config.value('version') ?? '');
  const types: Readonly<Record<string, string>> = {
    '2.5': 'llama',
    '2.6': 'qwen2',
    '4': 'llama',
    '4.0': 'llama',
    '4.5': 'qwen3',
  };
  const type = Object.hasOwn(types, version) ? types[version] : undefined;
  if (type === undefined) {
    throw new ReadFailure(
      'unsupported',
      'MiniCPM-V from 2.5 on is read; which language model this release holds is not known.',
    );
  }
  return context.as(type, 'ForCausalLM');
}

/**
 * MiniCPM-V 2.5 to 4.5 as their own code has them: SigLIP, a resampler, Llama or Qwen. Held to the published counts:
 * openbmb/MiniCPM-Llama3-V-2_5 8,537,092,336, MiniCPM-V-2_6 8,099,175,152, MiniCPM-V-4_5 8,695,895,280.
 */
export const miniCpmV: Family = (context) => {
  const { config, modelType, notes } = context;
  const text = textOf(context, config);
  // The section names SigLIP or Idefics 2, of which it is the trunk alone.
  const section = config.section('vision_config', {
    ...classDefaults('minicpmv_vision'),
    drop_last_layer: config.flag(true, 'drop_vision_last_layer'),
  });
  if (section === undefined) throw new ReadFailure('contradiction', 'vision_config is no configuration.');
  section.understood('model_type');
  const tower = miniCpmVTower({ ...context, config: section });
  const queries = config.integerOr(64, 'query_num');
  config.understood(
    'slice_config',
    'slice_mode',
    'vision_batch_size',
    'batch_vision_input',
    'use_image_id',
    'image_size',
    'patch_size',
    'batch_3d_resampler',
    'vision_encoder',
    'mm_use_im_start_end',
  );
  if (modelType === 'minicpmo') {
    notes.doubt('missing-part', 'The ear and the voice of MiniCPM-o are not known and not counted.');
    config.understood(
      'audio_config',
      'tts_config',
      'audio_chunk_length',
      'audio_pool_step',
      'init_audio',
      'init_tts',
      'init_vision',
    );
  }
  return joined(
    { text, tower },
    { projector: resampler(queries, text.hidden, tower.hidden), outputTokens: queries },
  );
};
