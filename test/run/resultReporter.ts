import { reporters, type MochaOptions, type Runner } from 'mocha';
import { appendResult, resultFileVariable, type ResultEvent } from './results';

/**
 * Mocha reporter of every run: what it prints is the reporter option `show`'s (`dot` or `spec`), and what happened goes
 * event by event to the file named in the environment.
 */
export default class ResultReporter extends reporters.Base {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const settings = options.reporterOptions as { show?: 'dot' | 'spec' } | undefined;
    const Shown = settings?.show === 'dot' ? reporters.Dot : reporters.Spec;
    new Shown(runner, options);
    const file = process.env[resultFileVariable];
    if (file !== undefined) writeEvents(runner, (event) => appendResult(file, event));
  }
}

function writeEvents(runner: Runner, write: (event: ResultEvent) => void): void {
  runner.on('test', (test) => write({ event: 'start', title: test.fullTitle() }));
  runner.on('pass', (test) => write({ event: 'pass', title: test.fullTitle(), ms: test.duration ?? 0 }));
  runner.on('pending', (test) => write({ event: 'skip', title: test.fullTitle() }));
  runner.on('fail', (test, error: Error) =>
    write({ event: 'fail', title: test.fullTitle(), error: error.stack ?? String(error) }),
  );
  runner.on('end', () => write({ event: 'end' }));
}
