import assert from 'node:assert/strict';
import { allTechniques, findTechnique } from '../../../src/techniques/catalogue';
import { allPapers, findPaper, paperSchema } from '../../../src/techniques/papers';

describe('papers', () => {
  it('are the 105, each once, each with a use of its own', () => {
    const papers = allPapers();
    assert.equal(papers.length, 105);
    assert.equal(new Set(papers.map((paper) => paper.id)).size, 105);
    for (const { rows, ...paper } of papers) {
      paperSchema.parse(paper);
      assert.ok(rows >= 0);
    }
    for (const paper of papers) assert.match(paper.use, /^[A-Z].*\.$/, paper.id);
  });

  it('count their results', () => {
    assert.equal(findPaper('mia-inherent')?.rows, 0);
    assert.ok((findPaper('qserve')?.rows ?? 0) > 150);
  });

  it('name techniques that are in the catalogue, which cite them back', () => {
    for (const paper of allPapers()) {
      const named = /^Techniques? ([a-z0-9-]+)(?: and ([a-z0-9-]+))?[,:;. ]/.exec(paper.use);
      for (const id of (named ?? []).slice(1).filter(Boolean)) {
        const technique = findTechnique(id);
        assert.ok(technique, `${paper.id}: ${id}`);
        assert.ok(technique.papers.includes(paper.id), `${id} does not cite ${paper.id}`);
      }
    }
  });

  it('are each cited by a technique if they are one', () => {
    const cited = new Set(allTechniques().flatMap((technique) => technique.papers));
    for (const paper of allPapers().filter((one) => one.role === 'technique'))
      assert.ok(cited.has(paper.id), paper.id);
  });
});
