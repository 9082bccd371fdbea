import type { WeightsMessage } from '../../src/protocol/weightsProtocol';
import { formatBytes } from '../../src/units/format';
import { appendDotted, html, linkButton } from '../element';

export interface FileDeeds {
  recommend(): void;
  changeHardware(): void;
  explain(): void;
}

const FORMATS: Readonly<Record<WeightsMessage['format'], string>> = {
  safetensors: 'safetensors',
  gguf: 'GGUF',
  onnx: 'ONNX',
};

/** What the file is, and what can be asked about it. */
export function fileHeader(message: WeightsMessage, deeds: FileDeeds): HTMLElement {
  const facts = html('ul', { class: 'facts', 'aria-label': 'Facts about the model' });
  appendDotted(facts, 'li', [
    ...message.facts,
    `${FORMATS[message.format]} file of ${formatBytes(message.fileBytes)}`,
  ]);
  return html(
    'header',
    { class: 'header' },
    html('h1', { title: message.file }, message.name),
    facts,
    html(
      'div',
      { class: 'header-deeds' },
      linkButton('Recommend acceleration', deeds.recommend),
      linkButton('Change hardware…', deeds.changeHardware),
      linkButton('Explain', deeds.explain),
    ),
  );
}
