import { chromium, type Browser } from 'playwright-core';
import { ensureChromium } from './chromium';
import { EnvironmentError } from './environmentError';

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const offline = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

/**
 * Starts a headless Chromium; it ends with this process at the latest.
 * @throws {EnvironmentError} when there is none or it does not start.
 */
export async function launchBrowser(log: (line: string) => void = () => undefined): Promise<Browser> {
  const executablePath = await ensureChromium(log);
  try {
    return await chromium.launch({ executablePath, args: [...flags, ...offline] });
  } catch (error) {
    throw new EnvironmentError(`${executablePath} does not start: ${(error as Error).message}`);
  }
}
