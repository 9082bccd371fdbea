import assert from 'node:assert/strict';
import { allPapers, findPaper } from '../../../src/techniques/papers';

describe('papers', () => {
  it('are the 105, each once, each with a use of its own', () => {
    const papers = allPapers();
    assert.equal(papers.length, 105);
    assert.equal(new Set(papers.map((paper) => paper.id)).size, 105);
    for (const paper of papers) assert.match(paper.use, /^[A-Z].*\.$/, paper.id);
  });

  it('count their results', () => {
    assert.equal(findPaper('mia-inherent')?.rows, 0);
    assert.ok((findPaper('qserve')?.rows ?? 0) > 150);
  });
});
