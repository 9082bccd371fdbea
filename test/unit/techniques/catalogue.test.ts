import assert from 'node:assert/strict';
import { findScheme } from '../../../src/model/weightSchemes';
import { allTechniques, findTechnique } from '../../../src/techniques/catalogue';
import { allPapers } from '../../../src/techniques/papers';
import { sharedTerms, termsOf } from '../../../src/techniques/terms';
import { techniqueSchema } from '../../../src/techniques/techniqueSchema';
import type { Technique } from '../../../src/techniques/technique';

/** The families of the list that the catalogue grew from. */
const FAMILIES = [
  'activation-sparsity',
  'architecture-change',
  'batching-and-scheduling',
  'chunked-prefill-and-packing',
  'diffusion-and-visual-generation',
  'distilled-or-searched-child',
  'early-exit-and-layer-skip',
  'expert-parallelism',
  'inference-time-quality',
  'kernels',
  'kv-eviction',
  'kv-quantisation',
  'kv-reuse',
  'low-rank',
  'offload',
  'overlap',
  'privacy',
  'prompt-and-reasoning-compression',
  'pruning',
  'sparse-attention',
  'speculative-decoding',
  'tensor-parallel-communication',
  'vision-token-reduction',
  'weight-activation-quantisation',
  'weight-only-quantisation',
] as const;

/** Paths of the numbers in an effect, tables and unions counted as one number. */
function numberPaths(technique: Technique): string[] {
  const { effect } = technique;
  const paths = [
    ...Object.keys(effect.modifiers ?? {}).map((name) => `modifiers.${name}`),
    ...Object.keys(effect.speculation ?? {}).map((name) => `speculation.${name}`),
    ...Object.entries(effect.setup ?? {}).flatMap(([name, value]) =>
      typeof value === 'number' ? [`setup.${name}`] : [],
    ),
  ];
  if (effect.cachedPromptShare !== undefined) paths.push('cachedPromptShare');
  if (effect.imageTokensKept !== undefined) paths.push('imageTokensKept');
  if (effect.cacheResident !== undefined) paths.push('cacheResident');
  if (effect.weightsFromHost) paths.push('weightsFromHost.needed');
  for (const [engine, draft] of Object.entries(effect.speculationIn ?? {}))
    for (const key of Object.keys(draft)) paths.push(`speculationIn.${engine}.${key}`);
  if (typeof effect.weightsFromHost?.bandwidth === 'number') paths.push('weightsFromHost.bandwidth');
  return paths;
}

describe('catalogue of techniques', () => {
  const techniques = allTechniques();

  it('has the ids that others rely on', () => {
    for (const id of [
      'fp8-weights',
      'awq-int4-weights',
      'w8a8-int8',
      'fp8-kv-cache',
      'eagle-speculation',
      'prefix-caching',
    ]) {
      assert.equal(findTechnique(id)?.id, id);
    }
    assert.equal(findTechnique('no-such-technique'), null);
  });

  it('names each technique once', () => {
    assert.equal(new Set(techniques.map((technique) => technique.id)).size, techniques.length);
  });

  for (const technique of techniques) {
    describe(technique.id, () => {
      it('is written as the schema says', () => {
        const { conflicts, ...entry } = technique;
        assert.deepEqual(techniqueSchema.parse(entry), entry);
        assert.ok(Array.isArray(conflicts));
      });

      it('has a source for every number of its effect, and for nothing else', () => {
        assert.deepEqual(Object.keys(technique.sources).sort(), numberPaths(technique).sort());
      });

      it('changes something, or says why it changes nothing', () => {
        assert.ok(
          termsOf(technique).length > 0 || technique.family === 'privacy' || technique.needs.length > 0,
        );
      });

      it('cites papers that exist, and at least one paper or reference', () => {
        const known = new Set(allPapers().map((paper) => paper.id));
        for (const paper of technique.papers) assert.ok(known.has(paper), paper);
        assert.ok(technique.papers.length + (technique.references?.length ?? 0) > 0);
      });

      it('is offered by an engine or says where its code is', () => {
        assert.equal(technique.engines.length === 0, technique.research !== undefined);
        for (const engine of technique.defaultIn) assert.ok(!technique.researchIn?.includes(engine));
      });

      it('sets only weight schemes that exist', () => {
        const scheme = technique.effect.setup?.weights;
        if (scheme) assert.equal(findScheme(scheme)?.id, scheme);
      });

      it('emits at least one token a pass where it drafts, and reads no more than everything', () => {
        const { setup, speculation, modifiers } = technique.effect;
        if (speculation) {
          const { tokensPerPass, draftTokens } = speculation;
          const most = typeof draftTokens === 'number' ? draftTokens + 1 : Infinity;
          const values =
            typeof tokensPerPass === 'number'
              ? [tokensPerPass]
              : 'points' in tokensPerPass
                ? tokensPerPass.points.map((point) => point[1])
                : [];
          for (const value of values) assert.ok(value >= 1 && value <= most, `${value}`);
        }
        // Scales of block formats come on top of the elements themselves.
        const widest = setup?.kv === undefined ? 1 : 1.125;
        for (const name of [
          'attentionWeightBytes',
          'feedForwardWeightBytes',
          'kvReadBytes',
          'kvStoredBytes',
        ] as const) {
          const factor = modifiers?.[name];
          if (typeof factor === 'number') assert.ok(factor > 0 && factor <= widest, `${name} ${factor}`);
        }
      });

      it('rises along its tables’ axes', () => {
        for (const value of Object.values({
          ...technique.effect.modifiers,
          ...technique.effect.speculation,
        })) {
          if (typeof value !== 'object' || !('points' in value)) continue;
          const axis = value.points.map((point) => point[0]);
          assert.deepEqual(
            axis,
            [...new Set(axis)].sort((a, b) => a - b),
          );
        }
      });
    });
  }

  it('has at least 60 techniques over all families', () => {
    assert.ok(techniques.length >= 60, `${techniques.length}`);
    const families = new Set(techniques.map((technique) => technique.family));
    assert.deepEqual([...families].sort(), [...FAMILIES].sort());
  });

  it('finds the terms that two techniques share', () => {
    const int4 = findTechnique('awq-int4-weights');
    const fp8 = findTechnique('fp8-weights');
    const prefix = findTechnique('prefix-caching');
    assert.ok(int4 && fp8 && prefix);
    assert.deepEqual(sharedTerms(int4, fp8), ['weight bytes', 'weight memory']);
    assert.deepEqual(sharedTerms(int4, prefix), []);
  });
});
