// How do the browser tests start a browser? Headless, quiet, and without the sandbox that containers do not allow.
import { type Browser, chromium } from 'playwright-core';
import { findChromium } from './find-chromium.js';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param keepsPages whether pages that are left are kept for the way back, as browsers do and tests do not expect. */
export function launchChromium(keepsPages = false): Promise<Browser> {
  const ignoreDefaultArgs = keepsPages ? ['--disable-back-forward-cache'] : [];
  return chromium.launch({ executablePath: findChromium(), headless: true, args: ARGUMENTS, ignoreDefaultArgs });
}
