// Takes the README's pictures from a real VS Code: `npm run pictures` writes media/pictures/*.png.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../test/vscode-host/repository';
import { CodeWindow } from '../test/vscode/ui/window';

const folder = join(repositoryRoot, 'media', 'pictures');

interface Clip {
  x: number;
  y: number;
  width: number;
  height: number;
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const window = await CodeWindow.open({
    settings: {
      'inferenceLens.workload.concurrency': 8,
      'inferenceLens.workload.inputTokens': 2048,
      'inferenceLens.workload.outputTokens': 256,
    },
  });
  const take = async (name: string, clip?: Clip): Promise<void> => {
    await window.page.screenshot({
      path: join(folder, `${name}.png`),
      animations: 'disabled',
      ...(clip ? { clip } : {}),
    });
  };
  try {
    await window.openFile('models/llama-3.1-8b/config.json');
    await window.verdict.waitFor();
    await window.changeTheme('light');
    await window.hover('num_key_value_heads', /128 KiB/);
    await take('hover-light', { x: 350, y: 90, width: 900, height: 330 });
    await window.moveAway();

    await window.changeTheme('dark');
    await window.runCommand('Inference Lens: Run the Playground Model');
    const view = window.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await view.getByText('Run', { exact: true }).click();
    await view.getByText('tok/s').first().waitFor();
    await take('playground-dark', { x: 0, y: 36, width: 352, height: 620 });
    await window.runCommand('View: Toggle Primary Side Bar Visibility');

    await window.runCommand('Inference Lens: Recommend Acceleration');
    const panel = window.page.frameLocator('iframe.webview.ready >> nth=-1').frameLocator('#active-frame');
    await panel.getByText('8,030,261,248 parameters').waitFor();
    await window.runCommand('View: Maximize Editor Group');
    await panel.locator('.row-open').nth(1).click();
    await window.page.mouse.move(720, 4);
    await take('panel-dark', { x: 48, y: 36, width: 1392, height: 840 });
  } finally {
    await window.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
