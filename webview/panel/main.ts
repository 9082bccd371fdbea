import { keepZodFromEval } from '../zodWithoutEval';
import { registerToolkit } from '../toolkit';
import { vsCodeApi } from '../vscodeApi';
import { PanelPage } from './panelPage';
import './panel.css';

keepZodFromEval();
registerToolkit();
new PanelPage(vsCodeApi(), document.body).start();
