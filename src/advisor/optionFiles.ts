import type { Device } from '../hardware/device';
import type { ModelSpec } from '../model/spec';

/** What the files hold that options name; reading them is the business of who asks. */
export interface OptionFiles {
  /** A user's own devices, which hide those of the catalogue with the same id. */
  devices: readonly Device[];
  /** A draft model of one's own. */
  draft: ModelSpec | null;
}

export const NO_FILES: OptionFiles = { devices: [], draft: null };
