import * as vscode from 'vscode';
import { LensDiagnostic } from './deploymentDiagnostics';

/** The cures that diagnostics carry, as quick fixes. */
export class DeploymentQuickFixes implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return context.diagnostics
      .filter((diagnostic): diagnostic is LensDiagnostic => diagnostic instanceof LensDiagnostic)
      .flatMap((diagnostic) =>
        diagnostic.edits.map((edit) => {
          const action = new vscode.CodeAction(edit.title, vscode.CodeActionKind.QuickFix);
          action.edit = new vscode.WorkspaceEdit();
          action.edit.replace(document.uri, edit.range, edit.newText);
          action.diagnostics = [diagnostic];
          action.isPreferred = true;
          return action;
        }),
      );
  }
}
