import * as vscode from 'vscode';
import { registerCommands } from './editor/commands';
import { DeploymentDiagnostics } from './editor/deploymentDiagnostics';
import { DeploymentHoverProvider } from './editor/deploymentHover';
import { DeploymentQuickFixes } from './editor/deploymentQuickFixes';
import { DEPLOYMENT_DOCUMENTS, MODEL_DOCUMENTS } from './editor/documentKinds';
import { EngineRooms } from './editor/engineRooms';
import { createLog } from './editor/log';
import { ModelDiagnostics } from './editor/modelDiagnostics';
import { ModelHoverProvider } from './editor/modelHover';
import { OwnDevices } from './editor/ownDevices';
import { RecommendPanels } from './editor/panel/recommendPanels';
import { Settings } from './editor/settings';
import { StatusBar } from './editor/statusBar';
import { Subjects } from './editor/subjects';
import { WeightsEditor } from './editor/weights/weightsEditor';
import { PlaygroundView } from './playground/view/playgroundView';

/** What tests inside the editor may look at; not an API for other extensions. */
export interface Exposed {
  activationMilliseconds: number;
  /** For the bench: asking it leaves out the way through the window and back. */
  modelHover: vscode.HoverProvider;
}

/** Constructs and wires; every table, grammar, page and native module is loaded later, when it is first needed. */
export function activate(context: vscode.ExtensionContext): Exposed {
  const start = performance.now();
  const own = <T extends vscode.Disposable>(thing: T): T => {
    context.subscriptions.push(thing);
    return thing;
  };

  const log = own(createLog());
  const rooms = new EngineRooms(context.extensionPath, log);
  const settings = own(new Settings(own(new OwnDevices(rooms, log))));
  const subjects = own(new Subjects(rooms, log));
  const panels = own(new RecommendPanels(context.extensionUri, rooms, settings, subjects, log));
  const playground = own(new PlaygroundView(context.extensionUri, log));

  const modelHover = new ModelHoverProvider(rooms, settings, subjects, log);
  own(vscode.languages.registerHoverProvider(MODEL_DOCUMENTS, modelHover));
  own(
    vscode.languages.registerHoverProvider(
      DEPLOYMENT_DOCUMENTS,
      new DeploymentHoverProvider(rooms, settings, subjects, log),
    ),
  );
  own(
    vscode.languages.registerCodeActionsProvider(
      DEPLOYMENT_DOCUMENTS,
      new DeploymentQuickFixes(),
      DeploymentQuickFixes.metadata,
    ),
  );
  own(new DeploymentDiagnostics(rooms, settings, subjects, log));
  own(new ModelDiagnostics(rooms, settings, subjects, log));
  own(new StatusBar(rooms, settings, subjects, log));
  own(playground.register());
  own(new WeightsEditor(context.extensionUri, rooms, settings, subjects, log).register());
  own(
    vscode.commands.registerCommand('inferenceLens.playground.run', (request: unknown) =>
      playground.show(request),
    ),
  );
  own(registerCommands({ rooms, settings, subjects, panels, log }));

  const activationMilliseconds = performance.now() - start;
  log.debug(`activated in ${activationMilliseconds.toFixed(1)} ms`);
  return { activationMilliseconds, modelHover };
}
