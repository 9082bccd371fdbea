import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TextStream } from '../../../src/playground/tasks/textStream';
import {
  PromptError,
  type TokenModel,
  type TokenText,
  generateText,
} from '../../../src/playground/tasks/textGeneration';

/** Tokens are bytes; the model continues with the next byte of a tune that it knows by heart, and then 0. */
const bytes: TokenText = {
  encode: (text) => [...Buffer.from(text)],
  decode: (tokens) => Buffer.from(tokens).toString('utf8'),
};

function parrot(tune: string): TokenModel {
  const notes = [...Buffer.from(tune)];
  return {
    next: () => {
      const logits = new Float32Array(256);
      logits[notes.shift() ?? 0] = 1;
      return Promise.resolve(logits);
    },
  };
}

interface Wish {
  tune: string;
  prompt?: string;
  maxTokens?: number;
  context?: number | null;
  stopAfter?: number;
}

async function sing({ tune, prompt = 'x', maxTokens = 100, context = null, stopAfter = Infinity }: Wish) {
  const heard: string[] = [];
  let clock = 0;
  const request = { prompt, maxTokens, temperature: 0, topK: 0, seed: 1 };
  const result = await generateText(parrot(tune), bytes, request, {
    endToken: 0,
    context,
    onToken: (text) => heard.push(text),
    stopped: () => heard.length >= stopAfter,
    now: () => (clock += 1),
  });
  return { ...result, heard };
}

describe('generateText', () => {
  it('gives the text token by token, and ends with the end token', async () => {
    const song = await sing({ tune: 'la la' });
    assert.equal(song.text, 'la la');
    assert.equal(song.tokens, 5);
    assert.equal(song.endedBy, 'end-token');
    assert.deepEqual(song.heard, ['l', 'a', ' ', 'l', 'a']);
  });

  it('ends at the length, at the context and when it is stopped', async () => {
    assert.deepEqual(pick(await sing({ tune: 'abcdef', maxTokens: 3 })), ['abc', 'length']);
    assert.deepEqual(pick(await sing({ tune: 'abcdef', prompt: '12', context: 6 })), ['abcd', 'context']);
    assert.deepEqual(pick(await sing({ tune: 'abcdef', stopAfter: 2 })), ['ab', 'stop']);
  });

  it('waits for a character to be whole', async () => {
    const song = await sing({ tune: 'é🍵' });
    assert.deepEqual(song.heard, ['', 'é', '', '', '', '🍵']);
    assert.equal((await sing({ tune: 'a🍵', maxTokens: 3 })).text, 'a\uFFFD');
  });

  it('starts from the end token when the prompt is empty, and refuses one that does not fit', async () => {
    assert.equal((await sing({ tune: 'a', prompt: '' })).promptTokens, 1);
    await assert.rejects(sing({ tune: 'a', prompt: '123456', context: 6 }), PromptError);
  });

  it('counts time to the first token and the rate after it', async () => {
    // The clock ticks once a look: start, then once for each token; the end token is a look too.
    const song = await sing({ tune: 'abcd', maxTokens: 4 });
    assert.equal(song.timeToFirstToken, 1);
    assert.equal(song.tokensPerSecond, 1);
    assert.equal((await sing({ tune: 'abcd', maxTokens: 1 })).tokensPerSecond, null);
  });

  it('streams what the whole would decode to, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const stream = new TextStream(bytes.decode);
        const pieces = bytes.encode(text).map((token) => stream.push(token));
        pieces.push(stream.end());
        assert.equal(pieces.join(''), text);
        assert.equal(stream.text, text);
      }),
    );
  });
});

const pick = (song: { text: string; endedBy: string }): string[] => [song.text, song.endedBy];
