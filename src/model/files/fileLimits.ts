/** Bounds on what the header of a weights file may claim, each well above real files. */

/** The safetensors format itself allows 100 MB of header; headers seen stay under 1 MB. Read in pieces, see HEADER_PIECE. */
export const MAX_SAFETENSORS_HEADER = 100_000_000;

/** Bytes of a header that are read at once, between which others have their turn. */
export const HEADER_PIECE = 256 * 1024;

/** One entry of a safetensors header: a tensor's takes some 100 bytes, what trainers write beside them up to some 100 kB. */
export const MAX_HEADER_ENTRY = 4 * 1024 * 1024;

/** Tensors in one file: the largest published model has some 90,000 in all its shards together. */
export const MAX_TENSORS = 200_000;

/** Dimensions of one tensor, and their product: beyond 2^53 elements sums stop being exact. */
export const MAX_DIMENSIONS = 16;

/** Shards of one model that are opened: published ones have up to 300. */
export const MAX_SHARDS = 1024;

/** Nodes of an ONNX graph that are walked: the largest exported graphs have some 100,000. */
export const MAX_ONNX_NODES = 500_000;

/** Nesting of ONNX messages (subgraphs in subgraphs): real ones stay under 10. */
export const MAX_ONNX_DEPTH = 40;

/** Bytes of a name in a header: longer ones are cut, real ones have a few hundred. */
export const MAX_NAME_BYTES = 4096;

/** Time that the header of a GGUF file may take to read, in milliseconds: real ones take under a second. */
export const MAX_GGUF_MILLISECONDS = 20_000;
