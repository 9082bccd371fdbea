import { searchScenarios } from '../advisor/searchScenarios';
import { readOptionFiles } from './optionFiles';
import { oneFile } from './existingFile';
import { jsonText } from './jsonText';
import { loadModel } from './loadModel';
import { searchArguments } from './options';
import { searchText } from './searchText';

/** `search FILE`: the best ways of serving a model for a goal, within limits. */
export async function searchCommand(args: string[]): Promise<string> {
  const { files, json, verbose, options } = searchArguments(args);
  const model = await loadModel(oneFile(files, 'search'));
  // Drafts of one's own are refused by the search itself, unread.
  const { hardware } = options;
  const { options: read, files: own } = await readOptionFiles({ hardware });
  const answer = searchScenarios(model, { ...options, ...read }, own.devices);
  return json ? jsonText(answer) : searchText(answer, verbose);
}
