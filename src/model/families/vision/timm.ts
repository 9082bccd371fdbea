import type { Family } from '../../family';
import { quoted, ReadFailure } from '../../readFailure';

/** timm's models by the wrapper: what they are made of is known to that library alone. */
export const timm: Family = ({ config }) => {
  const name = config.text('architecture', 'backbone') ?? '';
  throw new ReadFailure(
    'unsupported',
    `This file names a model of the timm library, ${quoted(name)}, and none of its sizes: open the weights instead.`,
  );
};
