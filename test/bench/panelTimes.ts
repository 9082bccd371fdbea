import { CodeWindow } from '../vscode/ui/window';
import { median } from './engineTimes';

const SLIDES = 20;

/** Runs in the page: moves a slider one step and waits until the page has drawn another answer. */
const SLIDE = `new Promise(resolve => {
  const input = document.querySelector('input[type=range]');
  const start = performance.now();
  const painted = document.body.dataset.painted;
  // Up and down in turn, so that the end of the slider is never reached.
  if (Number(input.value) % 2 === 0) input.stepUp(); else input.stepDown();
  input.dispatchEvent(new Event('input', { bubbles: true }));
  input.dispatchEvent(new Event('change', { bubbles: true }));
  const look = () => {
    const passed = performance.now() - start;
    if (document.body.dataset.painted === painted && passed < 5000) requestAnimationFrame(look);
    else resolve(passed);
  };
  look();
})`;
const FIRST_PAINT = `performance.getEntriesByName('advice-painted')[0].startTime`;

/** Times of the panel in a real window: from the page's start to its first advice, and from a slider's key to the new figures. */
export async function panelTimes(): Promise<{
  firstPaintMs: number;
  sliderMs: { p50: number; p95: number };
}> {
  const window = await CodeWindow.open();
  try {
    await window.openFile('models/llama-3.1-8b/config.json');
    await window.verdict.waitFor();
    await window.runCommand('Inference Lens: Recommend Acceleration');
    const body = window.webview().locator('body');
    await body.and(window.webview().locator('[data-painted]')).waitFor();
    const firstPaintMs = Number(await body.evaluate(FIRST_PAINT));
    const times: number[] = [];
    for (let turn = 0; turn < SLIDES; turn++) times.push(Number(await body.evaluate(SLIDE)));
    times.sort((a, b) => a - b);
    return {
      firstPaintMs,
      sliderMs: { p50: median(times), p95: times[Math.floor(times.length * 0.95)] ?? NaN },
    };
  } finally {
    await window.close();
  }
}
