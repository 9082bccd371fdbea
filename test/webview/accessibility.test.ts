import assert from 'node:assert/strict';
import { source } from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { adviceMessage, tooLarge } from './adviceFixture';
import { drawnContrast } from './contrast';
import { WebviewBrowser } from './pageUnderTest';
import type { PageUnderTest } from './pageUnderTest';
import { classesResult, modelsMessage } from './playgroundFixture';
import { THEMES } from './theme';
import type { ThemeName } from './theme';

/** What axe finds wrong, one line each. */
async function axe(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const results = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as AxeResults;
  return results.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}

describe('the pages, for everyone', function () {
  this.timeout(60_000);
  let browser: WebviewBrowser;
  before(async () => {
    browser = await WebviewBrowser.start();
  });
  after(() => browser.stop());

  for (const theme of Object.keys(THEMES) as ThemeName[]) {
    describe(theme, () => {
      let panel: PageUnderTest;
      before(async () => {
        panel = await browser.open('panel', { theme });
        const ready = await panel.received('ready');
        await panel.send(adviceMessage(Number(ready['id'])));
        await panel.page.locator('.row-open').nth(1).click();
        for (const summary of await panel.page.locator('.as-table summary').all()) await summary.click();
        await panel.page.mouse.move(0, 0);
        await panel.settled();
      });
      after(() => panel.close());

      it('has no fault that axe knows, in the panel', async () => {
        await panel.screenshot(`panel ${theme}`);
        assert.deepEqual(await axe(panel.page), []);
      });

      it('has none where the model does not fit and the host fails', async () => {
        await panel.send(adviceMessage(null, { advice: tooLarge }));
        await panel.send({ type: 'failed', inReplyTo: null, message: 'The model could not be read.' });
        await panel.screenshot(`panel too large ${theme}`);
        assert.deepEqual(await axe(panel.page), []);
        await panel.send(adviceMessage(null));
      });

      it('has none in the playground', async () => {
        const playground = await browser.open('playground', { theme, width: 340, height: 760 });
        await playground.received('ready');
        await playground.send(modelsMessage(false));
        await playground.page.locator('#run').click();
        const run = await playground.received('run');
        await playground.send(classesResult(Number(run['id'])));
        await playground.screenshot(`playground ${theme}`);
        assert.deepEqual(await axe(playground.page), []);
        await playground.send(modelsMessage(true));
        await playground.screenshot(`playground restricted ${theme}`);
        assert.deepEqual(await axe(playground.page), []);
        await playground.close();
      });

      it('writes in charts with a contrast of 4.5 and more', async () => {
        const texts = await drawnContrast(panel.page, 'svg text', 'fill');
        assert.ok(texts.length > 15);
        assert.deepEqual(
          texts.filter(({ ratio }) => ratio < 4.5),
          [],
        );
      });

      it('draws in charts with a contrast of 3 and more', async () => {
        const lines = [
          ...(await drawnContrast(
            panel.page,
            '.band-tick, .roof, .point, .mark-ring, .memory-free',
            'stroke',
          )),
          ...(await drawnContrast(panel.page, '.memory-part, .band-full', 'fill')),
        ];
        assert.ok(lines.length > 25);
        assert.deepEqual(
          lines.filter(({ ratio }) => ratio < 3),
          [],
        );
      });

      it('breaks no rule of the content security policy and reports no fault', async () => {
        assert.deepEqual(await panel.violations(), []);
        assert.deepEqual(panel.faults, []);
      });
    });
  }
});
