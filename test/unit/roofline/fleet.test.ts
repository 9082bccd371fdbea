import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Device } from '../../../src/hardware/device';
import { layerTotal } from '../../../src/model/count';
import { weightBytes } from '../../../src/model/memory';
import { estimate } from '../../../src/roofline/estimateScenario';
import { allReduceOf, bestAllReduce, transferSeconds, type Fleet } from '../../../src/roofline/fleet';
import { estimateFleet } from '../../../src/roofline/fleetEstimate';
import { fleetJsonSchema, readFleet } from '../../../src/roofline/fleetFile';
import { bytesOf, splitLayers, splitShares, type StageCosts } from '../../../src/roofline/fleetSplit';
import { layersOfModel } from '../../../src/roofline/fleetStage';
import { LLAMA_31_8B } from './llamaLike';
import { H100, scenario, T4 } from './scenarios';

const ROOT = join(__dirname, '../../..');
/** Gigabit Ethernet as programs see it, and the latency of a home switch. */
const GIGABIT = { bandwidth: 125e6, latency: 1e-3 };

function fleet(devices: readonly Device[], link = GIGABIT, more: Partial<Fleet> = {}): Fleet {
  return {
    devices: devices.map((device, at) => ({ name: `${device.id} #${at + 1}`, device })),
    topology: 'full',
    link,
    between: [],
    allReduce: null,
    ...more,
  };
}

function near(actual: number, expected: number, share = 1e-9): void {
  assert.ok(Math.abs(actual - expected) <= share * Math.abs(expected), `${actual} is not ${expected}`);
}

describe('links of a fleet', () => {
  it('sums 8 KiB over eight devices as reckoned by hand', () => {
    // Star: 2 × (1 ms + 7 × 65.536 µs); tree: 6 × (1 ms + 65.536 µs); ring: 14 × (1 ms + 8.192 µs).
    near(allReduceOf('star', 8192, 8, GIGABIT), 2.917504e-3);
    near(allReduceOf('tree', 8192, 8, GIGABIT), 6.393216e-3);
    near(allReduceOf('ring', 8192, 8, GIGABIT), 14.114688e-3);
    assert.equal(allReduceOf('ring', 8192, 1, GIGABIT), 0);
  });

  it('takes the star where latency rules and the ring where bandwidth does', () => {
    const eight = fleet(Array.from({ length: 8 }, () => T4));
    const all = eight.devices.map((_, at) => at);
    assert.equal(bestAllReduce(eight, all, 8192).kind, 'star');
    assert.equal(bestAllReduce(eight, all, 100e6).kind, 'ring');
    assert.equal(bestAllReduce({ ...eight, allReduce: 'tree' }, all, 8192).kind, 'tree');
  });

  it('passes a hub twice, unless a pair has a link of its own', () => {
    const star = fleet([T4, T4, T4], GIGABIT, {
      topology: 'star',
      between: [{ pair: [0, 1], link: { bandwidth: 1e9, latency: 1e-5 } }],
    });
    near(transferSeconds(star, 0, 2, 125e3), 2e-3 + 1e-3);
    near(transferSeconds(star, 1, 0, 125e3), 1e-5 + 1.25e-4);
  });
});

describe('splits of layers', () => {
  const stage = (pace: number, capacity: number, layers = 10): StageCosts => ({
    fixedSeconds: 0,
    layerSeconds: new Array<number>(layers).fill(pace),
    headSeconds: 0,
    fixedBytes: 0,
    layerBytes: new Array<number>(layers).fill(1),
    embeddingBytes: 0,
    headBytes: 0,
    capacity,
    handOver: 0,
  });

  it('gives one sequence to the fastest device as far as memory goes, and many in proportion to pace', () => {
    // Layers take 1 s here and 4 s there: by the sum all go to the first; of ten, eight and two make both 8 s.
    assert.deepEqual(splitLayers([stage(1, 100), stage(4, 100)], 'sum'), [
      [0, 10],
      [10, 10],
    ]);
    assert.deepEqual(splitLayers([stage(1, 100), stage(4, 100)], 'slowest'), [
      [0, 8],
      [8, 10],
    ]);
    assert.deepEqual(splitLayers([stage(1, 6), stage(4, 100)], 'sum'), [
      [0, 6],
      [6, 10],
    ]);
    assert.equal(splitLayers([stage(1, 6), stage(4, 3)], 'sum'), null);
  });

  it('is as good as the best of all cuts', () => {
    const device = fc.record({
      pace: fc.integer({ min: 1, max: 9 }),
      capacity: fc.integer({ min: 0, max: 8 }),
      fixed: fc.integer({ min: 0, max: 5 }),
      head: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(
        fc.tuple(device, device, device),
        fc.constantFrom('sum' as const, 'slowest' as const),
        (own, aim) => {
          const stages = own.map(({ pace, capacity, fixed, head }) => ({
            ...stage(pace, capacity, 6),
            fixedSeconds: fixed,
            headSeconds: head,
          }));
          const cost = (ranges: readonly (readonly [number, number])[]): number => {
            const times = ranges.map(([from, to], at) => {
              const one = stages[at];
              if (!one || to === from) return 0;
              if (bytesOf(one, from, to) > one.capacity) return Infinity;
              return (
                one.fixedSeconds + (one.layerSeconds[0] ?? 0) * (to - from) + (to === 6 ? one.headSeconds : 0)
              );
            });
            return aim === 'sum' ? times.reduce((a, b) => a + b, 0) : Math.max(...times);
          };
          let best = Infinity;
          for (let a = 0; a <= 6; a += 1)
            for (let b = a; b <= 6; b += 1)
              best = Math.min(
                best,
                cost([
                  [0, a],
                  [a, b],
                  [b, 6],
                ]),
              );
          const found = splitLayers(stages, aim);
          assert.equal(found === null ? Infinity : cost(found), best);
        },
      ),
    );
  });

  it('shares heads in proportion to pace, as far as memory goes', () => {
    const device = (wholeSeconds: number, most = 1) => ({ fixedSeconds: 0, wholeSeconds, most });
    assert.deepEqual(splitShares([device(1), device(3)], 8), [0.75, 0.25]);
    assert.deepEqual(splitShares([device(1, 0.5), device(3)], 8), [0.5, 0.5]);
    assert.equal(splitShares([device(1, 0.25), device(3, 0.5)], 8), null);
  });

  it('cuts a model into pieces that hold all of its weights once', () => {
    const layers = layerTotal(LLAMA_31_8B);
    const pieces = [
      [0, 5],
      [5, 31],
      [31, 32],
    ].map(([from = 0, to = 0]) => weightBytes(layersOfModel(LLAMA_31_8B, from, to, layers)));
    near(
      pieces.reduce((sum, bytes) => sum + bytes, 0),
      weightBytes(LLAMA_31_8B),
    );
  });
});

describe('estimateFleet', () => {
  const SMALL: Device = { ...T4, id: 'small', memory: 11_999_999_999 };

  it('is the plain estimate where there is one device', () => {
    const alone = estimateFleet(scenario(), fleet([H100])).estimate;
    const plain = estimate(scenario());
    near(alone.latency.interToken.p50, plain.latency.interToken.p50);
    near(alone.latency.timeToFirstToken.p50, plain.latency.timeToFirstToken.p50);
    near(alone.memory.total, plain.memory.total);
    assert.equal(alone.calibration.basis, 'physics');
  });

  it('splits what fits no device alone, within the memory of each', () => {
    const { estimate: answer, split } = estimateFleet(scenario(), fleet([SMALL, SMALL]));
    assert.ok(answer.memory.fits);
    assert.equal(split.devices.length, 2);
    for (const { memory, capacity } of split.devices) assert.ok(memory <= capacity);
    // 8.03 × 10^9 parameters of two bytes, wherever they lie.
    near(answer.memory.weights, 16_060_522_496);
    assert.equal(estimateFleet(scenario(), fleet([SMALL])).estimate.memory.fits, false);
  });

  it('splits tensors for one user where messages are quick, and layers where they are slow', () => {
    const four = [SMALL, SMALL, SMALL, SMALL];
    const quick = estimateFleet(scenario(), fleet(four, { bandwidth: 1e9, latency: 1e-5 })).split;
    const slow = estimateFleet(scenario(), fleet(four, { bandwidth: 1e9, latency: 1e-2 })).split;
    assert.equal(quick.strategy, 'tensor');
    assert.equal(slow.strategy, 'pipeline');
    assert.equal(slow.alternative?.strategy, 'tensor');
    // 32 layers × 2 sums × 2 messages × 10 ms are 1.28 s a token at the least, for 127 tokens after the first.
    assert.ok((slow.alternative?.endToEnd ?? 0) > 127 * 1.28);
  });

  it('fills a pipeline with many users: the pass is as many times the slowest stage as there are stages', () => {
    const link = { bandwidth: 1e9, latency: 1e-2 };
    const many = scenario({ workload: { concurrency: 8 }, parallelism: { pipeline: 2 } });
    const { split, estimate: answer } = estimateFleet(many, fleet([SMALL, SMALL], link));
    assert.equal(split.strategy, 'pipeline');
    const slowest = Math.max(...split.devices.map(({ seconds }) => seconds));
    assert.ok(answer.latency.interToken.p50 >= 2 * slowest);
    assert.ok(answer.latency.interToken.p50 < 2 * slowest + 0.05);
  });

  it('says what was chosen and by how much the other loses, and adds up', () => {
    const { estimate: answer } = estimateFleet(scenario(), fleet([SMALL, H100, SMALL]));
    assert.match(
      answer.warnings.find(({ code }) => code === 'fleet-split')?.message ?? '',
      /Chosen: .*as long/,
    );
    for (const [phase, total] of [
      ['prefill.', answer.latency.timeToFirstToken.p50],
      ['decode.', answer.latency.interToken.p50],
    ] as const) {
      const terms = answer.terms.filter(({ id }) => id.startsWith(phase));
      near(
        terms.reduce((sum, { seconds }) => sum + seconds, 0),
        total,
      );
    }
  });

  it('refuses a request rate and too many devices', () => {
    assert.throws(
      () => estimateFleet(scenario({ workload: { requestRate: 1 } }), fleet([H100])),
      /request rate/,
    );
    assert.throws(
      () => estimateFleet(scenario(), fleet(Array.from({ length: 65 }, () => H100))),
      /1 to 64 devices/,
    );
  });
});

describe('fleet files', () => {
  const file = (devices: unknown, links: unknown = { topology: 'star', ...GIGABIT }): string =>
    JSON.stringify({ devices, links });
  const refusal = (text: string): string => {
    const reading = readFleet(text);
    return reading.ok ? 'was taken' : reading.message;
  };

  it('reads devices of the catalogue and inline ones, with their numbers and links', () => {
    const own = { name: 'nas', memory: 16e9, bandwidth: 20e9, peak: { f32: 1e11 } };
    const links = {
      topology: 'full',
      ...GIGABIT,
      between: [{ devices: ['rtx-3060 #1', 'nas'], ...GIGABIT }],
    };
    const reading = readFleet(`// at home\n${file([{ hardware: 'RTX 3060', count: 2 }, own], links)}`);
    assert.ok(reading.ok);
    assert.deepEqual(
      reading.fleet.devices.map(({ name }) => name),
      ['rtx-3060 #1', 'rtx-3060 #2', 'nas'],
    );
    assert.deepEqual(reading.fleet.between[0]?.pair, [0, 2]);
  });

  it('says what is wrong in one line', () => {
    assert.match(refusal(file([{ hardware: 'rtx-9999' }])), /not a device that I know/);
    assert.match(refusal(file([])), /^devices: /);
    assert.match(refusal(file([{ hardware: 'a10', speed: 1 }])), /^devices\.0: .*speed/);
    assert.match(
      refusal(file([{ hardware: 'a10' }], { topology: 'star', bandwidth: -1, latency: 0 })),
      /^links\.bandwidth: /,
    );
    assert.match(refusal('{"devices": ['), /^line 1: not JSON/);
    assert.match(refusal('['.repeat(150_000)), /nested deeper/);
    assert.match(refusal(' '.repeat(300_000)), /longer than/);
    const links = { topology: 'full', ...GIGABIT, between: [{ devices: ['a', 'b'], ...GIGABIT }] };
    assert.match(refusal(file([{ hardware: 'a10' }], links)), /the devices are called a10/);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const reading = readFleet(text);
        assert.ok(reading.ok || !reading.message.includes('\n'));
      }),
    );
  });

  it('have a published schema that is the one they are checked by', () => {
    const published: unknown = JSON.parse(readFileSync(join(ROOT, 'media/fleet.schema.json'), 'utf8'));
    assert.deepEqual(published, JSON.parse(JSON.stringify(fleetJsonSchema())));
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      contributes: { jsonValidation?: { fileMatch: string; url: string }[] };
    };
    const listed = manifest.contributes.jsonValidation?.find(({ fileMatch }) => fileMatch === '*.fleet.json');
    assert.equal(listed?.url, './media/fleet.schema.json');
  });
});
