import { keepZodFromEval } from '../zodWithoutEval';
import { registerToolkit } from '../toolkit';
import { vsCodeApi } from '../vscodeApi';
import { PlaygroundPage } from './playgroundPage';
import './playground.css';

keepZodFromEval();
registerToolkit();
new PlaygroundPage(vsCodeApi(), document.body).start();
