import { keepZodFromEval } from '../zodWithoutEval';
import { registerToolkit } from '../toolkit';
import { vsCodeApi } from '../vscodeApi';
import { WeightsPage } from './weightsPage';
import './weights.css';

keepZodFromEval();
registerToolkit();
new WeightsPage(vsCodeApi(), document.body).start();
