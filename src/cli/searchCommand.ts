import { searchScenarios } from '../advisor/searchScenarios';
import { oneFile } from './existingFile';
import { jsonText } from './jsonText';
import { loadModel } from './loadModel';
import { searchArguments } from './options';
import { searchText } from './searchText';

/** `search FILE`: the best ways of serving a model for a goal, within limits. */
export async function searchCommand(args: string[]): Promise<string> {
  const { files, json, verbose, options } = searchArguments(args);
  const model = await loadModel(oneFile(files, 'search'));
  const answer = searchScenarios(model, options);
  return json ? jsonText(answer) : searchText(answer, verbose);
}
