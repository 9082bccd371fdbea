import assert from 'node:assert/strict';
import { totalParameters } from '../../../src/model/count';
import { readModelValue } from '../../../src/model/readModel';
import published from './published.json';

describe('families', () => {
  // Sizes as published, and the parameter counts that model pages and papers give for the checkpoints.
  for (const { name, parameters, config } of published) {
    it(`count ${name} as published`, () => {
      const reading = readModelValue(config);
      if (!reading.ok) assert.fail(reading.error.message);
      assert.equal(totalParameters(reading.model), parameters);
    });
  }
});
