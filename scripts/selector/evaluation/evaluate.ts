import { binRows } from '../../../src/selector/training/binnedRows';
import { allCases } from './allCases';
import { engineFigures } from './engineFigures';
import type { Evaluation } from './evaluation';
import { figureOf, type Figure } from './figure';
import { leaveOut, type Split } from './leaveOut';
import { matrixFactorisation } from './matrixFactorisation';
import type { Method } from './method';
import { randomForest } from './randomForest';
import { globalBest, nearestNeighbour, random, rooflineOnly } from './simpleMethods';
import { trainedSelector } from './trainedSelector';

const METHODS: Readonly<Record<string, Method>> = {
  selector: trainedSelector,
  random,
  globalBest,
  rooflineOnly,
  nearestNeighbour,
  matrixFactorisation,
  randomForest,
};

/** Runs some of the methods, or all and the engine besides, in every split. */
export function evaluate(only?: readonly string[]): Evaluation {
  const { cases } = allCases();
  const set = { cases, rows: binRows(cases.map((one) => one.features)) };
  const figures = (split: Split): Record<string, Figure> =>
    Object.fromEntries(
      Object.entries(METHODS)
        .filter(([name]) => only?.includes(name) ?? true)
        .map(([name, method]) => [
          name,
          rounded(figureOf(cases, leaveOut(set, split, method), name === 'random')),
        ]),
    );
  return {
    selector: {
      byPaper: figures('byPaper'),
      byHardware: figures('byHardware'),
      byModel: figures('byModel'),
    },
    engine: only ? [] : engineFigures(),
  };
}

function rounded(figure: Figure): Figure {
  const entries = Object.entries(figure).map(([name, value]) => [name, Number(value.toPrecision(4))]);
  return { ...figure, ...Object.fromEntries(entries) };
}
