import { elementBytes } from '../units/numberFormat';
import type { Bytes, BytesPerSecond, Seconds } from '../units/quantities';
import { cacheBytesPerSequence, cacheShape } from './cacheBytes';
import { cachedPromptTokens } from './cachedPrompt';
import { cacheReplication } from './memoryEstimate';
import type { Plan } from './phase';

/** Between two pools of devices: bytes a second that one device sends, one way, and seconds until a transfer is under way. */
export interface PoolLink {
  bandwidth: BytesPerSecond;
  latency: Seconds;
}

/** What one request's cache takes on its way. */
export interface CacheTransfer {
  bytes: Bytes;
  /** Pairs of devices that send at once, each its own part. */
  streams: number;
  seconds: Seconds;
}

/**
 * The cache of a prompt that `prefill` computed, sent to `decode`: what the decoding side has of a shared prefix stays where it is; heads of
 * which several ranks keep a copy are sent to each of these.
 */
export function cacheTransfer(prefill: Plan, decode: Plan, link: PoolLink): CacheTransfer {
  const { model, setup, modifiers } = decode.scenario;
  const { prompt, cross } = decode.lengths;
  const shape = cacheShape(model);
  const element = elementBytes(model.format);
  const stored = elementBytes(setup.kv ?? model.format) * modifiers.kvStoredBytes;
  const upTo = (tokens: number): Bytes => cacheBytesPerSequence(shape, tokens, cross, stored, element);
  const kept = upTo(cachedPromptTokens(decode.scenario, prompt)) - upTo(0);
  // The last token is computed, and sent, even of a prompt that is shared whole.
  const fresh = Math.max(upTo(prompt) - kept, upTo(1) - upTo(0));
  const bytes = fresh * cacheReplication(decode.scenario, decode.placement.tensor);
  const streams = Math.min(ranks(prefill), ranks(decode));
  return { bytes, streams, seconds: link.latency + bytes / (streams * link.bandwidth) };
}

function ranks({ placement: { tensor, pipeline, context } }: Plan): number {
  return tensor * pipeline * context;
}
