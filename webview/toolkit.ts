import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextArea,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';

/**
 * The one place that knows @vscode/webview-ui-toolkit. The toolkit is deprecated (July 2024) and archived (January 2025)
 * upstream, and pinned here. To replace it, register elements under the same tag names, with `value`, `checked`,
 * `disabled`, `appearance` and the `change` and `input` events, in this file; the pages know no more than that.
 * Only components in use are registered; there is no slider among them, and its badge needs an inline style that the
 * content security policy forbids.
 */
export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeProgressRing(),
    vsCodeTextArea(),
    vsCodeTextField(),
  );
}
