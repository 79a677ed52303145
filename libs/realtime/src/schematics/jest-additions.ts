// How does the Jest of a CommonJS project load our ES modules? By the preset of this package: docs/testing.md.
import { isDeepStrictEqual } from 'node:util';
import type { Json } from './json-file.js';

/** Jest finds `jest-preset.json` behind that name. */
export const PRESET = 'nestjs-realtime';
const OF_TEMPLATE = { '^.+\\.(t|j)s$': 'ts-jest' };

/**
 * The preset takes the place of the transform, which would keep `.js` files from it. False where the configuration is not the template's, and must
 * be changed by hand.
 */
export function takeOurPreset(jest: Json): boolean {
  if (jest.preset === PRESET) return true;
  const ofTemplate = isDeepStrictEqual(jest.transform, OF_TEMPLATE) && jest.transformIgnorePatterns === undefined;
  if (jest.preset !== undefined || !ofTemplate) return false;
  delete jest.transform;
  jest.preset = PRESET;
  return true;
}
