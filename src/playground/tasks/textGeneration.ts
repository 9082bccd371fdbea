import type { Seconds, TokensPerSecond } from '../../units/quantities';
import { type Decode, TextStream } from './textStream';
import { type Sampling, tokenSampler } from './tokenSampler';

/** A language model that remembers what it was fed. */
export interface TokenModel {
  /** Feeds tokens after all those fed before; returns the logits of the token that follows. */
  next(tokens: readonly number[]): Promise<Float32Array>;
}

export interface TokenText {
  encode(text: string): number[];
  decode: Decode;
}

export interface GenerationRequest extends Sampling {
  prompt: string;
  maxTokens: number;
}

export interface GenerationSettings {
  /** Ends the text, and starts it where the prompt is empty; null where the model has none. */
  endToken: number | null;
  /** Most tokens of prompt and continuation together; null where it is not known. */
  context: number | null;
  onToken: (text: string, tokens: number) => void;
  /** Asked between tokens. */
  stopped: () => boolean;
  /** A clock that does not go back. */
  now: () => Seconds;
}

export interface GeneratedText {
  text: string;
  tokens: number;
  promptTokens: number;
  /** From the call to the first token: making ids and reading the prompt included. */
  timeToFirstToken: Seconds;
  /** Tokens after the first by the time after the first; null with fewer than two. */
  tokensPerSecond: TokensPerSecond | null;
  seconds: Seconds;
  endedBy: 'length' | 'end-token' | 'context' | 'stop';
}

/** The prompt cannot be continued by this model; the message says why. */
export class PromptError extends Error {}

/**
 * Continues a prompt token by token: the prompt in one step, then each new token in one. Throws PromptError for a prompt that
 * is empty or too long, and what the model throws.
 */
export async function generateText(
  model: TokenModel,
  text: TokenText,
  request: GenerationRequest,
  settings: GenerationSettings,
): Promise<GeneratedText> {
  const start = settings.now();
  const prompt = text.encode(request.prompt);
  if (prompt.length === 0 && settings.endToken !== null) prompt.push(settings.endToken);
  if (prompt.length === 0) throw new PromptError('The prompt is empty.');
  const room = settings.context === null ? Number.POSITIVE_INFINITY : settings.context - prompt.length;
  if (room < 1) {
    throw new PromptError(
      `The prompt has ${prompt.length} tokens; this model takes ${settings.context}, continuation included.`,
    );
  }
  const sample = tokenSampler(request);
  const stream = new TextStream(text.decode);
  let endedBy: GeneratedText['endedBy'] = 'length';
  let tokens = 0;
  let first = 0;
  let last = start;
  let feed = prompt;
  while (tokens < request.maxTokens) {
    if (settings.stopped()) {
      endedBy = 'stop';
      break;
    }
    if (tokens >= room) {
      endedBy = 'context';
      break;
    }
    const token = sample(await model.next(feed));
    last = settings.now();
    if (tokens === 0) first = last;
    if (token === settings.endToken) {
      endedBy = 'end-token';
      break;
    }
    tokens += 1;
    settings.onToken(stream.push(token), tokens);
    feed = [token];
  }
  const rest = stream.end();
  if (rest !== '') settings.onToken(rest, tokens);
  return {
    text: stream.text,
    tokens,
    promptTokens: prompt.length,
    timeToFirstToken: Math.max(0, first - start),
    tokensPerSecond: tokens > 1 && last > first ? (tokens - 1) / (last - first) : null,
    seconds: last - start,
    endedBy,
  };
}
