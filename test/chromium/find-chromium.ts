// Where is Chromium on this machine? CHROMIUM_PATH names it; else it is where a machine usually has it.
import { findProgram, type Machine, type Program } from '../kit/find-program.js';

const CHROMIUM: Program = {
  variable: 'CHROMIUM_PATH',
  usualPaths: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/snap/bin/chromium',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  ],
  debianPackage: 'chromium',
  advice:
    'The browser tests need Chromium: install it (Debian: "apt-get install chromium") or set CHROMIUM_PATH to a Chromium or Chrome binary.',
};

/** @throws Error with one line that names what to install. */
export function findChromium(machine?: Machine): string {
  return findProgram(CHROMIUM, machine);
}
