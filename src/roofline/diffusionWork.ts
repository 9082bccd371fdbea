import { denoisingNetwork, type DenoisingNetwork } from '../model/diffusion/networks';
import type { Denoiser, ModelSpec } from '../model/spec';
import { decodeWork, unetWork } from './convolutionWork';
import { ScenarioError } from './scenarioError';
import { tensorStorage } from './tensorStorage';
import { transformerWork } from './transformerWork';
import { WorkSum, type Work } from './workSum';

/** What a denoising network and the decoder beside it compute, whatever the size of the picture. */
export interface DiffusionWork {
  denoiser: Denoiser;
  network: DenoisingNetwork;
  step: Work;
  /** Null where the autoencoder is not in the folder, or is of a kind whose sizes are not known. */
  decode: Work | null;
}

const known = new WeakMap<ModelSpec, Map<string, DiffusionWork>>();

/**
 * The work of a denoising network under a weight scheme (null: the file's own weights), kept for as long as the model is.
 *
 * @throws ScenarioError `unsupported-kind` where it is not known what the network's weights are applied to, `no-layers` where they
 * have no width.
 */
export function diffusionWork(model: ModelSpec, schemeId: string | null): DiffusionWork {
  const byScheme = known.get(model) ?? new Map<string, DiffusionWork>();
  known.set(model, byScheme);
  const key = schemeId ?? '';
  const work = byScheme.get(key) ?? addUp(model, schemeId);
  byScheme.set(key, work);
  return work;
}

function addUp(model: ModelSpec, schemeId: string | null): DiffusionWork {
  const { denoiser } = model;
  const network = denoiser === undefined ? undefined : denoisingNetwork(denoiser.network);
  if (denoiser === undefined || network === undefined) {
    throw new ScenarioError(
      'unsupported-kind',
      `What a step of ${model.modelType} computes is not known: it is inspected, its time is not estimated.`,
    );
  }
  const sum = new WorkSum(tensorStorage(model, schemeId));
  if (network.attends === 'unet') unetWork(model, sum);
  else transformerWork(model, network, sum);
  const step = sum.work();
  if (!step.passes.some(({ alive }) => alive > 0)) {
    throw new ScenarioError('no-layers', `${model.name || 'The model'} has layers of no width.`);
  }
  const vae = model.towers.find((tower) => tower.kind === 'diffusion');
  return {
    denoiser,
    network,
    step,
    decode: vae === undefined ? null : decodeWork(vae, new WorkSum(tensorStorage(model, schemeId))),
  };
}
