import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** What the trained model says of each row of features. */
export interface Outputs {
  correction: Float32Array;
  spread: Float32Array;
}

/** Our own bundled model, run in this process; its name never comes from a stranger. */
export class SelectorSession {
  private constructor(
    private readonly session: InferenceSession,
    private readonly TensorClass: typeof Tensor,
  ) {}

  /** Throws where the native runtime or the model cannot be loaded; the caller falls back to physics. */
  static async open(path: string): Promise<SelectorSession> {
    const runtime = await import('onnxruntime-node');
    const session = await runtime.InferenceSession.create(path, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
    return new SelectorSession(session, runtime.Tensor);
  }

  /** `rows` [n, f] in; n corrections of the log ratio and n spreads out. */
  async run(rows: readonly (readonly number[])[]): Promise<Outputs> {
    const width = rows[0]?.length ?? 0;
    const input = new this.TensorClass('float32', Float32Array.from(rows.flat()), [rows.length, width]);
    const result = await this.session.run({ features: input });
    return { correction: floats(result['correction']), spread: floats(result['spread']) };
  }
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array))
    throw new Error('selector.onnx did not answer with float32 tensors');
  return tensor.data;
}
