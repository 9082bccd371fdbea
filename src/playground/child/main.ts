/**
 * The playground's child process: models run here and nowhere else, because a run blocks its thread, an endless one never
 * returns, and a greedy one takes what memory there is. The parent ends the process; the process ends itself with the parent.
 */
import { type ChildReply, type ChildRequest, childRequest } from '../childProtocol';
import { PromptError } from '../tasks/textGeneration';
import { InputError } from './feeds';
import { startGuard } from './guard';
import { ModelSession } from './modelSession';

let model: ModelSession | undefined;
let stopRequested = false;
const stopped = (): boolean => stopRequested;

function send(reply: ChildReply): void {
  if (process.connected) process.send?.(reply);
}

function fail(id: number, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof InputError || error instanceof PromptError ? 'input' : 'model';
  send({ id, type: 'failed', error: { code, message: message.slice(0, 4_000) } });
}

async function load(request: Extract<ChildRequest, { type: 'load' }>): Promise<unknown> {
  await model?.release();
  model = undefined;
  model = await ModelSession.load(await import('onnxruntime-node'), request);
  return model.facts;
}

async function answer(request: ChildRequest): Promise<void> {
  const { id } = request;
  if (request.type === 'stop') {
    stopRequested = true;
    return;
  }
  stopRequested = false;
  try {
    if (request.type === 'load') {
      try {
        await import('onnxruntime-node');
      } catch (error) {
        const message = `ONNX Runtime cannot be loaded on this machine: ${error instanceof Error ? error.message : String(error)}`;
        send({ id, type: 'failed', error: { code: 'runtime-missing', message } });
        return;
      }
      send({ id, type: 'done', result: await load(request) });
      return;
    }
    if (model === undefined) {
      send({ id, type: 'failed', error: { code: 'not-loaded', message: 'No model is loaded.' } });
      return;
    }
    if (request.type === 'run') send({ id, type: 'done', result: await model.run(request, stopped) });
    if (request.type === 'bench') send({ id, type: 'done', result: await model.bench(request, stopped) });
    if (request.type === 'generate') {
      const onToken = (text: string, tokens: number): void => send({ id, type: 'token', text, tokens });
      send({ id, type: 'done', result: await model.generate(request, onToken, stopped) });
    }
  } catch (error) {
    fail(id, error);
  }
}

process.on('message', (received: unknown) => {
  const request = childRequest.safeParse(received);
  if (request.success) void answer(request.data);
  else process.stderr.write(`request not understood: ${request.error.message}\n`);
});
process.on('disconnect', () => process.exit(0));
startGuard(Number(process.argv[2] ?? Number.POSITIVE_INFINITY));
