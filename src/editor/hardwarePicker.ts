import * as vscode from 'vscode';
import type { Device } from '../hardware/device';
import { formatBytes, formatRate } from '../units/format';
import type { EngineRooms } from './engineRooms';
import type { LensSettings, Settings } from './settings';

type Choice = vscode.QuickPickItem & { id?: string; workload?: true; describe?: true };

/** Lets a person choose the device for the folder of `uri`, and remembers it there. */
export async function pickHardware(
  rooms: EngineRooms,
  settings: Settings,
  uri: vscode.Uri | undefined,
): Promise<void> {
  const { catalogueWith } = await rooms.advice();
  const now = settings.of(uri);
  const { devices: own } = await settings.filesOf(uri);
  const known = catalogueWith(own);
  const current = known.find(now.hardware).device?.id;
  const choice = (device: Device): Choice => ({
    id: device.id,
    label: device.name,
    description: `${formatBytes(device.memory)} · ${formatRate(device.bandwidth, 'B/s')}${device.id === current ? ' · now' : ''}`,
    detail: device.aliases.slice(0, 4).join(', '),
  });
  const choices: Choice[] = [
    { label: '$(pulse) Change workload…', description: workloadInWords(now), workload: true },
    { label: '$(file-code) Describe a device of your own…', description: now.hardwareFile, describe: true },
    ...(own.length > 0 ? [{ label: 'your devices', kind: vscode.QuickPickItemKind.Separator }] : []),
    ...own.map(choice),
    { label: 'devices', kind: vscode.QuickPickItemKind.Separator },
    ...known.devices.filter((device) => !own.includes(device)).map(choice),
  ];
  const chosen = await vscode.window.showQuickPick(choices, {
    title: 'Inference Lens: hardware',
    placeHolder: 'Device that estimates are for',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen?.workload) await changeWorkload(settings, uri);
  else if (chosen?.describe) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'inferenceLens.hardwareFile');
  } else if (chosen?.id !== undefined) await settings.remember(uri, 'hardware', chosen.id);
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
