import type { Bytes, Warning } from '../units/quantities';
import type { NumberFormat } from '../units/numberFormat';
import type { PictureRule } from './pictures/pictureRule';
import type { Quantisation } from './quantisation';

export type ModelKind = 'decoder' | 'encoder' | 'encoder-decoder' | 'diffusion' | 'draft' | 'other';

/** Where a weight belongs when parameters are added up by part. */
export type Part =
  'embedding' | 'attention' | 'feedForward' | 'experts' | 'norms' | 'head' | 'vision' | 'other';

/**
 * What a step does with a weight: `linear` multiplies activations by it (2 × elements FLOP a token), `lookup`
 * reads one row a token, `vector` is applied element by element (norm weights, biases), `convolution` slides,
 * `buffer` is stored beside the weights and is no parameter.
 */
export type WeightRole = 'linear' | 'lookup' | 'vector' | 'convolution' | 'buffer';

/**
 * One weight tensor, or several alike.
 *
 * `name` is the tensor's name in the published checkpoint, `{layer}` and `{expert}` standing for the indices, so
 * that ignore lists and checkpoint headers can be matched. `shape` is [out, in] for linear weights.
 */
export interface WeightTensor {
  name: string;
  shape: readonly number[];
  part: Part;
  role: WeightRole;
  /** How many tensors of this shape exist in the layer (the number of experts for expert weights); 1 if absent. */
  copies?: number;
  /** How many of the copies one token passes through (k of E experts); `copies` if absent. */
  activeCopies?: number;
}

/** Softmax attention with its cache. Grouped, multi-query and multi-head differ in `kvHeads` alone. */
export interface AttentionMixer {
  kind: 'attention';
  queryHeads: number;
  kvHeads: number;
  /** Width of one head's query and key, in elements. */
  keyHeadDim: number;
  /** Width of one head's value, in elements; equal to `keyHeadDim` in most models. */
  valueHeadDim: number;
  /** Tokens a layer looks back at; absent where it looks at everything. */
  window?: number;
  /** Multi-head latent attention: what is cached is one vector of `rank` + `ropeDim` elements a token. */
  latent?: { rank: number; ropeDim: number };
  /**
   * Bytes a token that sparse attention keeps beside the cache, to choose by which keys a query attends to: quantised by
   * its own rule, whatever the cache's format.
   */
  indexKeyBytes?: Bytes;
  /** What that choice multiplies a query and key, in elements (heads × width), and how many keys it leaves to attend to. */
  indexWidth?: number;
  selectedKeys?: number;
  /** Layers that reuse another layer's cache store none of their own. */
  sharesCache?: boolean;
  /** False for encoders and vision towers, where nothing is cached. */
  causal: boolean;
}

/** Linear attention, gated delta nets, Mamba, RG-LRU, RWKV: a state of fixed size a sequence, whatever the length. */
export interface RecurrentMixer {
  kind: 'recurrent';
  family: 'mamba' | 'mamba2' | 'gated-delta-net' | 'linear-attention' | 'rg-lru' | 'rwkv' | 'convolution';
  /** Elements of recurrent state a sequence holds, and the bytes of one such element. */
  stateElements: number;
  stateElementBytes: Bytes;
  /** Elements of short-convolution state a sequence holds, stored in the compute format. */
  convolutionElements: number;
}

export interface NoMixer {
  kind: 'none';
}

export type Mixer = AttentionMixer | RecurrentMixer | NoMixer;

export interface DenseFeedForward {
  kind: 'dense';
  /** 3 for gated (gate, up, down), 2 for plain. */
  matrices: 2 | 3;
  width: number;
}

export interface ExpertFeedForward {
  kind: 'experts';
  matrices: 2 | 3;
  /** Width of one routed expert. */
  width: number;
  routedExperts: number;
  expertsPerToken: number;
  /** Total width of experts that every token passes through; 0 where there are none. */
  sharedWidth: number;
}

export interface NoFeedForward {
  kind: 'none';
}

export type FeedForward = DenseFeedForward | ExpertFeedForward | NoFeedForward;

/** One block: how tokens mix, what is done to each, and every weight that takes part. */
export interface Layer {
  mixer: Mixer;
  feedForward: FeedForward;
  /** A second mixer in the same block: cross-attention of an encoder-decoder, the state-space half of a parallel hybrid. */
  secondMixer?: Mixer;
  weights: readonly WeightTensor[];
}

/** Identical layers, folded: the engine works on groups, not on layers. */
export interface LayerGroup {
  /** Indices of the layers in the model, in order; its length is how many there are. */
  indices: readonly number[];
  layer: Layer;
}

/** A part that runs apart from the token stream: an encoder, a vision or audio tower with its projector. */
export interface Tower {
  kind: 'text-encoder' | 'vision' | 'audio' | 'diffusion' | 'other';
  hiddenSize: number;
  groups: readonly LayerGroup[];
  outside: readonly WeightTensor[];
  /** Positions that the tower hands on for one input of native size (image tokens, audio frames), where known. */
  outputTokens?: number;
  /** What becomes of a picture of any size; absent where the family's way with sizes is not known. */
  pictures?: PictureRule;
  /** Positions that it takes at most, where its own file says so (77 in the text encoders of CLIP). */
  maxContext?: number;
}

/** How a network that denoises meets the picture or the video: what the size of its work follows from. */
export interface Denoiser {
  /** Class of the network, and of the pipeline where a folder names one. */
  network: string;
  pipeline: string | null;
  /** Latent positions that one token covers: frames, rows, columns. Ones in networks of convolutions. */
  patch: { frames: number; height: number; width: number };
  /** Latent positions of the size that it was made for; null where the file does not say. Frames: as the class counts them, of the video or of its latents. */
  native: { width: number; height: number; frames: number | null } | null;
  /** Pixels a latent position is wide, and frames it lasts, as the autoencoder in the folder says; null where none was read. */
  autoencoder: { spatial: number; temporal: number } | null;
  /** Whether the strength of guidance is an input, as in networks distilled from guided ones. */
  guidance: 'embedded' | 'not-embedded' | 'unsaid';
}

/** What a model is, as read from its files: layers, not guesses. */
export interface ModelSpec {
  name: string;
  modelType: string;
  architecture: string;
  kind: ModelKind;
  hiddenSize: number;
  vocabularySize: number;
  /** The model's own limit on positions; null where the file does not say. */
  maxContext: number | null;
  groups: readonly LayerGroup[];
  /** Weights outside the layers: embeddings, final norm, head. A tied head is absent, see `tiedHead`. */
  outside: readonly WeightTensor[];
  /** True where the head multiplies by the embedding: no second weight, the FLOP all the same. */
  tiedHead: boolean;
  towers: readonly Tower[];
  /** Absent but in networks that denoise and whose work is known. */
  denoiser?: Denoiser;
  /** The format that weights are in where no quantisation says otherwise, and the one computed in. */
  format: NumberFormat;
  /** What the files say about quantised weights; null where they are in `format`. */
  quantisation: Quantisation | null;
  /** Bytes of all weights as their own files list them; absent where a configuration alone was read. */
  storedBytes?: Bytes;
  /** True only when every tensor is accounted for. */
  exact: boolean;
  warnings: readonly Warning[];
}

/** A file that was read and is no model that we know, said so in words for a person. */
export interface Unreadable {
  code:
    | 'not-a-model'
    | 'unknown-architecture'
    | 'missing-key'
    | 'contradiction'
    | 'syntax'
    | 'too-large'
    | 'unsupported';
  message: string;
  /** Where in the file, for syntax errors: 1-based. */
  line?: number;
  column?: number;
}

export type ModelReading = { ok: true; model: ModelSpec } | { ok: false; error: Unreadable };
