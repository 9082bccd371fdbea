import { answerEstimateFor } from './answers';
import { estimateText } from './estimateText';
import { oneFile } from './existingFile';
import { jsonText } from './jsonText';
import { loadModel } from './loadModel';
import { estimateArguments } from './options';

/** `estimate FILE`: time and memory of a deployment; terms with `--json` and `--verbose`. */
export async function estimateCommand(args: string[]): Promise<string> {
  const { files, json, verbose, options } = estimateArguments(args);
  const model = await loadModel(oneFile(files, 'estimate'));
  const answer = await answerEstimateFor(model, options, json || verbose);
  return json ? jsonText(answer) : estimateText(answer);
}
