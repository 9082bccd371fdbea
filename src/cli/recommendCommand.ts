import { adviceText } from './adviceText';
import { adviceFor, answerRecommendFor } from './answers';
import { oneFile } from './existingFile';
import { jsonText } from './jsonText';
import { loadModel } from './loadModel';
import { recommendArguments } from './options';

/** `recommend FILE`: techniques and stacks, best first. */
export async function recommendCommand(args: string[]): Promise<string> {
  const { files, json, verbose, options } = recommendArguments(args);
  const model = await loadModel(oneFile(files, 'recommend'));
  if (json) return jsonText(await answerRecommendFor(model, options));
  return adviceText(await adviceFor(model, options), verbose);
}
