import * as vscode from 'vscode';
import { ENGINES, type Engine } from '../../deployment/engine';
import type { AdviceMessage, PanelQuery, PanelToHost, PanelToPage } from '../../protocol/panelProtocol';
import { parsePanelToHost } from '../../protocol/panelProtocol';
import type { EngineRooms } from '../engineRooms';
import { explainEstimate } from '../explainEstimate';
import { pickHardware } from '../hardwarePicker';
import { logFault } from '../log';
import { optionsFrom, type Settings } from '../settings';
import type { FoundSubject, Subjects } from '../subjects';
import type { Source } from '../source';
import { applySettings } from './applySettings';

/** Recommendations shown; the refusals are listed below them. */
const TOP = 12;
const DEBOUNCE_MILLISECONDS = 300;

type Asked = Exclude<PanelToHost, { type: 'cancel' }>;

/** One panel's talk with its page: every question is answered once, unless the page withdraws it. */
export class PanelConversation implements vscode.Disposable {
  private readonly listeners: vscode.Disposable[];
  private readonly withdrawn = new Set<number>();
  private query: PanelQuery | null = null;
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly webview: vscode.Webview,
    private readonly source: Source,
    private readonly isVisible: () => boolean,
    private readonly rooms: EngineRooms,
    private readonly settings: Settings,
    private readonly subjects: Subjects,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.listeners = [
      webview.onDidReceiveMessage((received: unknown) => {
        void this.receive(received);
      }),
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document.uri.toString() === source.uri.toString() && event.contentChanges.length > 0)
          this.renewSoon(null);
      }),
      settings.onDidChange(() => {
        // A changed setting is the newer word: the page's own controls follow it.
        this.renewSoon('from settings');
      }),
    ];
  }

  private async receive(received: unknown): Promise<void> {
    const parsed = parsePanelToHost(received);
    if (!parsed.ok) {
      this.log.warn(`from the panel: ${parsed.error}`);
      return;
    }
    const { message } = parsed;
    if (message.type === 'cancel') {
      this.withdrawn.add(message.request);
      return;
    }
    try {
      await this.answer(message);
    } catch (fault) {
      logFault(this.log, `panel, ${message.type}`, fault);
      this.send({
        type: 'failed',
        inReplyTo: message.id,
        message: fault instanceof Error ? fault.message : 'That did not work.',
      });
    } finally {
      this.withdrawn.delete(message.id);
    }
  }

  private async answer(message: Asked): Promise<void> {
    switch (message.type) {
      case 'ready':
        // What was asked here last is newer than what the page remembers: settings may have changed while it was hidden.
        await this.advise(this.query ?? message.query, message.id);
        return;
      case 'change':
        await this.advise(message.query, message.id);
        return;
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        break;
      case 'apply':
        await this.apply(message.settings);
        break;
      case 'openPaper':
        await this.openPaper(message.paper);
        break;
      case 'changeHardware':
        await pickHardware(this.rooms, this.settings, this.source.uri);
        break;
      case 'explain':
        await explainEstimate(this.rooms, this.settings, this.subjects, this.source, message.techniques);
        break;
    }
    this.send({ type: 'done', inReplyTo: message.id });
  }

  private async advise(query: PanelQuery | null, id: number | null): Promise<void> {
    this.turn += 1;
    const turn = this.turn;
    const found = await this.subjects.ofSource(await this.current());
    if (!found.ok) {
      this.send({ type: 'failed', inReplyTo: id, message: found.why });
      return;
    }
    const message = await this.advice(found.subject, query, id);
    // A newer question has its own answer coming; an old one must not draw over it.
    if (turn !== this.turn && id === null) return;
    if (id !== null && this.withdrawn.has(id)) return;
    this.query = message.query;
    this.send(message);
  }

  /** The source as it is now: a document that was closed and opened again is another one. */
  private async current(): Promise<Source> {
    if (this.source.kind !== 'text') return this.source;
    const document = await vscode.workspace.openTextDocument(this.source.uri);
    return { ...this.source, document };
  }

  private async advice(
    subject: Extract<FoundSubject, { ok: true }>['subject'],
    asked: PanelQuery | null,
    inReplyTo: number | null,
  ): Promise<AdviceMessage> {
    const [{ buildScenario, catalogueWith }, { recommend, selector, allTechniques, modelFacts, engineName }] =
      await Promise.all([this.rooms.advice(), this.rooms.recommending()]);
    const settings = this.settings.of(this.source.uri);
    const own = optionsFrom(settings, subject.deployed !== null, subject.engine);
    const hardware = subject.deployment?.hardware.id ?? own.hardware;
    const options = asked
      ? {
          ...own,
          hardware: asked.hardware,
          engine: asked.engine as Engine,
          devices: asked.devices,
          concurrency: asked.concurrency,
          input: asked.input,
          output: asked.output,
        }
      : { ...own, ...(hardware === undefined ? {} : { hardware }) };
    const files = await this.settings.filesOf(this.source.uri);
    const scenario = buildScenario(subject.model, options, subject.deployed ?? undefined, files);
    const goal = asked?.goal ?? settings.goal;
    const losslessOnly = asked?.lossless ?? settings.losslessOnly;
    const advice = await recommend({ scenario, goal, losslessOnly, top: TOP }, selector);
    const { device } = scenario;
    return {
      type: 'advice',
      inReplyTo,
      subject: {
        name: subject.model.name,
        facts: modelFacts(subject.model),
        file: vscode.workspace.asRelativePath(this.source.uri),
        document: this.source.uri.toString(),
      },
      query: {
        hardware: device.id,
        devices: scenario.devices,
        engine: scenario.setup.engine,
        concurrency: scenario.workload.concurrency,
        input: scenario.workload.inputTokens,
        output: scenario.workload.outputTokens,
        goal,
        lossless: losslessOnly,
      },
      advice,
      roofs: {
        device: device.name,
        bandwidth: device.bandwidth,
        peaks: Object.entries(device.peak).map(([format, flopPerSecond]) => ({ format, flopPerSecond })),
      },
      choices: {
        hardware: catalogueWith(files.devices).devices.map(({ id, name }) => ({ id, name })),
        engines: ENGINES.map((id) => ({ id, name: engineName(id) })),
        techniques: allTechniques().map(({ id, title, family }) => ({ id, title, family })),
        longest: subject.model.maxContext,
      },
      applyTo: subject.deployment ? (this.source.uri.path.split('/').at(-1) ?? null) : null,
    };
  }

  private async apply(settings: readonly { engine: string; setting: string }[]): Promise<void> {
    if (this.source.kind !== 'text') throw new Error('There is no code here to write a setting into.');
    await applySettings(this.rooms, this.source.uri, this.source.position, settings);
  }

  private async openPaper(id: string): Promise<void> {
    const { findPaper } = await this.rooms.recommending();
    const paper = findPaper(id);
    if (!paper) throw new Error(`The paper “${id}” is not in the list.`);
    await vscode.env.openExternal(vscode.Uri.parse(`https://arxiv.org/abs/${paper.arxiv}`, true));
  }

  private renewSoon(from: 'from settings' | null): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      // While nobody looks nothing is reckoned; the page asks anew when it is shown again.
      if (from !== null) this.query = null;
      if (!this.isVisible()) return;
      this.advise(this.query, null).catch((fault: unknown) => {
        logFault(this.log, 'renewing the panel', fault);
        this.send({
          type: 'failed',
          inReplyTo: null,
          message: fault instanceof Error ? fault.message : 'That did not work.',
        });
      });
    }, DEBOUNCE_MILLISECONDS);
  }

  private send(message: PanelToPage): void {
    void this.webview.postMessage(message);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const listener of this.listeners) listener.dispose();
  }
}
