import { CodeWindow } from '../vscode/ui/window';
import { median } from './engineTimes';

const SLIDES = 20;

/** Runs in the page: moves a slider one step and waits until the page has drawn another answer. */
const SLIDE = `input => new Promise(resolve => {
  const start = performance.now();
  const painted = document.body.dataset.painted;
  input.stepUp();
  input.dispatchEvent(new Event('input', { bubbles: true }));
  input.dispatchEvent(new Event('change', { bubbles: true }));
  const look = () => document.body.dataset.painted === painted ? requestAnimationFrame(look) : resolve(performance.now() - start);
  look();
})`;

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
    const page = window.webview();
    await page.locator('body[data-painted]').waitFor();
    const firstPaintMs = await page
      .locator('body')
      .evaluate<number>("() => performance.getEntriesByName('advice-painted')[0].startTime");
    const slider = page.locator('input[type=range]').first();
    const times: number[] = [];
    for (let turn = 0; turn < SLIDES; turn++) times.push(await slider.evaluate<number>(SLIDE));
    times.sort((a, b) => a - b);
    return {
      firstPaintMs,
      sliderMs: { p50: median(times), p95: times[Math.floor(times.length * 0.95)] ?? NaN },
    };
  } finally {
    await window.close();
  }
}
