import assert from 'node:assert/strict';
import { countResults, unfinishedTest, type ResultEvent } from '../../run/results';

const start: ResultEvent = { event: 'start', title: 'a' };
const pass: ResultEvent = { event: 'pass', title: 'a', ms: 1 };
const fail: ResultEvent = { event: 'fail', title: 'a', error: 'no' };
const skip: ResultEvent = { event: 'skip', title: 'b' };
const end: ResultEvent = { event: 'end' };

describe('counting a test run', () => {
  it('passes when tests passed, the run ended and the exit code is 0', () => {
    assert.deepEqual(countResults([start, pass, skip, end], 0), { passed: 1, failed: 0, skipped: 1 });
  });

  it('counts failed tests once, whatever the exit code', () => {
    assert.equal(countResults([start, fail, end], 1).failed, 1);
    assert.equal(countResults([start, fail, end], 0).failed, 1);
  });

  it('fails a host that died in the middle and said 0', () => {
    assert.equal(countResults([start, pass, start], 0).failed, 1);
    assert.equal(unfinishedTest([start, pass, start]), 'a');
  });

  it('fails a run in which nothing ran, one that never reported and one that ended badly', () => {
    assert.equal(countResults([end], 0).failed, 1);
    assert.equal(countResults([], 0).failed, 1);
    assert.equal(countResults([start, pass, end], null).failed, 1);
    assert.equal(countResults([start, pass, end], 1).failed, 1);
  });
});
