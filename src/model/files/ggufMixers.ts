import type { Notes } from '../notes';
import { quoted } from '../readFailure';
import type { AttentionMixer, Mixer, RecurrentMixer } from '../spec';
import { metadataNumber, type MetadataKey } from './ggufMetadata';
import type { TensorListing } from './tensorListing';

/** How one layer mixes: its mixer, and a second one beside it in parallel hybrids. */
export interface LayerMixers {
  mixer: Mixer;
  second?: Mixer;
}

/**
 * Of how many layers in a row one looks at everything, the last of them, where the header does not say a pattern: the values that
 * llama.cpp sets for an architecture before it looks for the key (ggml-org/llama.cpp, src/models/<architecture>.cpp).
 */
const PERIODS: Readonly<Record<string, number>> = {
  afmoe: 4,
  cohere2: 4,
  exaone4: 4,
  gemma2: 2,
  gemma3: 6,
  gemma3n: 5,
  'gpt-oss': 2,
  llama4: 4,
  olmo2: 4,
  plamo3: 8,
};

/** Windows that an architecture has without saying: chunks of Llama 4 (llama4.cpp). */
const UNSAID_WINDOWS: Readonly<Record<string, number>> = { llama4: 8192 };

/** Windows are said, and llama.cpp looks at everything all the same (phi3.cpp says so when it loads). */
const WINDOW_IGNORED = new Set(['phi3']);

/** Layers of Gemma 3n from here on reuse the cache of earlier ones (gemma3n.cpp). */
const GEMMA_3N_CACHED = 20;

/** llama.cpp keeps recurrent state in 32 bits, short convolutions included (llama-model.cpp, create_memory). */
const STATE_BYTES = 4;

/** How each layer of a GGUF file mixes: by the header's keys (gguf-py/gguf/constants.py), and by which tensors a layer has. */
export function ggufMixers(
  listing: TensorListing,
  key: MetadataKey,
  frame: { architecture: string; hidden: number; encoder: boolean },
  notes: Notes,
): (index: number) => LayerMixers {
  const kinds = kindsOf(listing);
  const window = windowOf(key, frame.architecture, notes);
  const attention = attentionOf(key, frame, notes);
  const state = [...kinds.values()].some(({ recurrent }) => recurrent)
    ? stateOf(key, frame.architecture, frame.hidden, notes)
    : null;
  const layers = metadataNumber(key('block_count')) ?? kinds.size;
  const shared = metadataNumber(key('attention.shared_kv_layers')) ?? 0;
  const cached = frame.architecture === 'gemma3n' ? GEMMA_3N_CACHED : layers - shared;
  return (index) => {
    const kind = kinds.get(index) ?? { recurrent: false, attends: false };
    const slides = window?.slides(index) === true;
    const looks = kind.attends || !kind.recurrent ? attention(index, slides) : null;
    const mixer =
      looks === null
        ? null
        : {
            ...looks,
            ...(slides && window !== null ? { window: window.tokens } : {}),
            ...(index >= cached ? { sharesCache: true } : {}),
          };
    const recurrent = kind.recurrent ? state : null;
    if (mixer !== null && recurrent !== null) return { mixer, second: recurrent };
    return { mixer: mixer ?? recurrent ?? { kind: 'none' } };
  };
}

/** Which layers hold a state and which look back, by the names of their tensors (gguf-py/gguf/tensor_mapping.py). */
function kindsOf(listing: TensorListing): Map<number, { recurrent: boolean; attends: boolean }> {
  const kinds = new Map<number, { recurrent: boolean; attends: boolean }>();
  for (const { name } of listing.tensors) {
    const found = /^blk\.(\d{1,6})\.(.*)/.exec(name);
    const rest = found?.[2] ?? '';
    if (found === null) continue;
    const index = Number(found[1]);
    const kind = kinds.get(index) ?? { recurrent: false, attends: false };
    // A joined projection stands in linear attention, too: keys of their own are what tells attention in a hybrid.
    if (/^(?:attn_k|attn_kv_a_mqa|attn_k_b)\./.test(rest)) kind.attends = true;
    if (/^(?:ssm_|time_mix_|shortconv\.)/.test(rest)) kind.recurrent = true;
    kinds.set(index, kind);
  }
  return kinds;
}

function attentionOf(
  key: MetadataKey,
  frame: { hidden: number; encoder: boolean },
  notes: Notes,
): (index: number, slides: boolean) => AttentionMixer | null {
  const queryHeads = key('attention.head_count');
  const kvHeads = key('attention.head_count_kv');
  const most = Array.isArray(queryHeads)
    ? Math.max(0, ...queryHeads.slice(0, 4096).map((one) => metadataNumber(one) ?? 0))
    : (metadataNumber(queryHeads) ?? 0);
  const usual = most > 0 ? Math.floor(frame.hidden / most) : 0;
  const said = (name: string): number | undefined => metadataNumber(key(`attention.${name}`));
  const keyDim = said('key_length') ?? usual;
  const valueDim = said('value_length') ?? usual;
  const rank = said('kv_lora_rank');
  const latentKey = said('key_length_mla');
  const rope = metadataNumber(key('rope.dimension_count')) ?? 0;
  if (rank !== undefined && latentKey === undefined) {
    notes.remark(
      'old-latent',
      'The file was made before llama.cpp kept latents: it caches keys and values of every head.',
    );
  }
  const causal = !frame.encoder && key('attention.causal') !== false;
  return (index, slides) => {
    const heads = at(queryHeads, index) ?? 0;
    const kv = at(kvHeads, index) ?? heads;
    if (heads === 0 || kv === 0 || keyDim <= 0) return null;
    const one = { kind: 'attention', queryHeads: heads, causal } as const;
    if (rank !== undefined && latentKey !== undefined) {
      return {
        ...one,
        kvHeads: heads,
        keyHeadDim: latentKey,
        valueHeadDim: said('value_length_mla') ?? valueDim,
        latent: { rank, ropeDim: rope },
      };
    }
    return {
      ...one,
      kvHeads: kv,
      keyHeadDim: (slides ? said('key_length_swa') : undefined) ?? keyDim,
      valueHeadDim: (slides ? said('value_length_swa') : undefined) ?? valueDim,
    };
  };
}

/** Which layers look through a window, and how wide it is; null where none does. */
function windowOf(
  key: MetadataKey,
  architecture: string,
  notes: Notes,
): { tokens: number; slides: (index: number) => boolean } | null {
  const tokens = metadataNumber(key('attention.sliding_window')) ?? UNSAID_WINDOWS[architecture];
  if (tokens === undefined || tokens === 0) return null;
  if (WINDOW_IGNORED.has(architecture)) {
    notes.remark('window-ignored', 'The header says a sliding window, which llama.cpp does not use here.');
    return null;
  }
  const pattern = key('attention.sliding_window_pattern');
  if (Array.isArray(pattern) && pattern.length > 0) {
    const flags: unknown[] = pattern;
    return { tokens, slides: (index) => isTrue(flags[index % flags.length]) };
  }
  const period = metadataNumber(pattern) ?? PERIODS[architecture];
  if (period === undefined) {
    notes.doubt(
      'window-pattern',
      'The header says a sliding window and not which layers use it; the cache is reckoned without.',
    );
    return null;
  }
  // As set_swa_pattern of llama-hparams.cpp has it: the last of each run sees everything, none does where the run is 0.
  return { tokens, slides: (index) => period === 0 || index % period < period - 1 };
}

function isTrue(value: unknown): boolean {
  return value === true || metadataNumber(value) === 1;
}

/** The state of one recurrent layer, by the sums of llama-hparams.cpp (n_embd_r, n_embd_s). */
function stateOf(
  key: MetadataKey,
  architecture: string,
  hidden: number,
  notes: Notes,
): RecurrentMixer | null {
  const said = (name: string): number => metadataNumber(key(name)) ?? 0;
  const wkv = said('wkv.head_size');
  if (wkv > 0) {
    // Two shifted tokens unless said; converted RWKV 7 says one.
    const shifts = metadataNumber(key('token_shift_count')) ?? 2;
    return recurrent('rwkv', hidden * wkv + shifts * hidden);
  }
  const short = said('shortconv.l_cache');
  if (short > 0) return recurrent('convolution', hidden * (short - 1));
  const inner = said('ssm.inner_size');
  const size = said('ssm.state_size');
  if (inner === 0 || size === 0 || said('kda.head_dim') > 0) {
    notes.doubt('state-unknown', `The state of ${quoted(architecture)} is not described in the header.`);
    return null;
  }
  const groups = said('ssm.group_count');
  const convolution = Math.max(0, said('ssm.conv_kernel') - 1) * (inner + 2 * groups * size);
  const family = /qwen3|qwen35|delta/.test(architecture)
    ? 'gated-delta-net'
    : groups > 0
      ? 'mamba2'
      : 'mamba';
  return recurrent(family, inner * size + convolution);
}

function recurrent(family: RecurrentMixer['family'], elements: number): RecurrentMixer {
  return {
    kind: 'recurrent',
    family,
    stateElements: elements,
    stateElementBytes: STATE_BYTES,
    convolutionElements: 0,
  };
}

/** The value of one layer: of a list, or the one that all share. */
function at(value: unknown, index: number): number | undefined {
  return Array.isArray(value) ? metadataNumber(value[index]) : metadataNumber(value);
}
