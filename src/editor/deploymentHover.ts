import * as vscode from 'vscode';
import type { Deployment } from '../deployment/deployment';
import { plainMarkdown } from '../units/markdown';
import type { EngineRooms } from './engineRooms';
import { hoverLinks } from './hoverLinks';
import { logFault } from './log';
import { contains, toRange } from './ranges';
import { optionsFrom, type Settings } from './settings';
import type { Subjects } from './subjects';

/** Says what a flag of a launch costs, with this model's and this device's numbers. */
export class DeploymentHoverProvider implements vscode.HoverProvider {
  constructor(
    private readonly rooms: EngineRooms,
    private readonly settings: Settings,
    private readonly subjects: Subjects,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | null> {
    if (!this.settings.of(document.uri).hover) return null;
    try {
      const deployments = await this.subjects.deploymentsIn(document);
      for (const deployment of deployments) {
        for (const [name, setting] of Object.entries(deployment.settings)) {
          if (!contains(setting.range, position) || token.isCancellationRequested) continue;
          const { explainSetting } = await this.rooms.deploying();
          const explained = explainSetting(deployment.engine, name);
          if (!explained) continue;
          const lines = [
            `**${explained.title}** · ${explained.meaning}`,
            ...(await this.cost(document, deployment, name)),
            hoverLinks(document.uri),
          ];
          const markdown = new vscode.MarkdownString(lines.join('  \n'));
          markdown.isTrusted = {
            enabledCommands: [
              'inferenceLens.recommend',
              'inferenceLens.changeHardware',
              'inferenceLens.explain',
            ],
          };
          return new vscode.Hover(markdown, toRange(setting.range));
        }
      }
    } catch (fault) {
      logFault(this.log, `hover in ${document.uri.fsPath}`, fault);
    }
    return null;
  }

  private async cost(
    document: vscode.TextDocument,
    deployment: Deployment,
    setting: string,
  ): Promise<string[]> {
    const found = await this.subjects.ofDeployment(document, deployment);
    if (!found.ok) return [plainMarkdown(found.why)];
    const options = optionsFrom(this.settings.of(document.uri), true);
    const { buildScenario, settingCost } = await this.rooms.advice();
    try {
      const hardware = deployment.hardware.id ?? options.hardware;
      const scenario = buildScenario(
        found.subject.model,
        hardware === undefined ? options : { ...options, hardware },
        found.subject.deployed ?? undefined,
        await this.settings.filesOf(document.uri),
      );
      return settingCost(scenario, setting);
    } catch (fault) {
      return [plainMarkdown(fault instanceof Error ? fault.message : String(fault))];
    }
  }
}
