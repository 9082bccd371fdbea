import * as vscode from 'vscode';
import { formatBytes, formatRate } from '../units/format';
import type { EngineRooms } from './engineRooms';
import type { LensSettings, Settings } from './settings';

type Choice = vscode.QuickPickItem & { id?: string; workload?: true };

/** Lets a person choose the device for the folder of `uri`, and remembers it there. */
export async function pickHardware(
  rooms: EngineRooms,
  settings: Settings,
  uri: vscode.Uri | undefined,
): Promise<void> {
  const { allDevices, findDevice } = await rooms.advice();
  const now = settings.of(uri);
  const current = findDevice(now.hardware).device?.id;
  const choices: Choice[] = [
    { label: '$(pulse) Change workload…', description: workloadInWords(now), workload: true },
    { label: 'devices', kind: vscode.QuickPickItemKind.Separator },
    ...allDevices().map((device) => ({
      id: device.id,
      label: device.name,
      description: `${formatBytes(device.memory)} · ${formatRate(device.bandwidth, 'B/s')}${device.id === current ? ' · now' : ''}`,
      detail: device.aliases.slice(0, 4).join(', '),
    })),
  ];
  const chosen = await vscode.window.showQuickPick(choices, {
    title: 'Inference Lens: hardware',
    placeHolder: 'Device that estimates are for',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen?.workload) await changeWorkload(settings, uri);
  else if (chosen?.id !== undefined) await settings.remember(uri, 'hardware', chosen.id);
}

function workloadInWords({ concurrency, inputTokens, outputTokens }: LensSettings): string {
  return `${concurrency} at once, ${inputTokens} + ${outputTokens} tokens`;
}

/** Asks for concurrency, prompt and output, each prefilled with what is remembered. */
export async function changeWorkload(settings: Settings, uri: vscode.Uri | undefined): Promise<void> {
  const now = settings.of(uri);
  const asked: readonly { key: 'concurrency' | 'inputTokens' | 'outputTokens'; prompt: string }[] = [
    { key: 'concurrency', prompt: 'Sequences in flight at once' },
    { key: 'inputTokens', prompt: 'Mean prompt length, in tokens' },
    { key: 'outputTokens', prompt: 'Mean answer length, in tokens' },
  ];
  for (const [step, { key, prompt }] of asked.entries()) {
    const text = await vscode.window.showInputBox({
      title: `Inference Lens: workload (${step + 1}/${asked.length})`,
      prompt,
      value: String(now[key]),
      validateInput: (value) =>
        /^[1-9]\d{0,6}$/.test(value.trim()) ? null : 'A whole number from 1 to 9,999,999',
    });
    if (text === undefined) return;
    await settings.remember(uri, key, Number(text));
  }
}
