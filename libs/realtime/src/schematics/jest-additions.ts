// How does the Jest of a CommonJS project load our ES modules? It compiles them, as docs/testing.md explains.
import { isDeepStrictEqual } from 'node:util';
import type { Json } from './json-file.js';

const IGNORED = ['/node_modules/(?!(nestjs-realtime|@nestjs-realtime)/)'];
const OF_TEMPLATE = { '^.+\\.(t|j)s$': 'ts-jest' };
const TRANSFORM = {
  '^.+\\.ts$': 'ts-jest',
  '^.+\\.js$': ['ts-jest', { tsconfig: { allowJs: true, module: 'commonjs', esModuleInterop: true } }],
};

/** False where the configuration is not the template's, and must be changed by hand. */
export function compileOurPackages(jest: Json): boolean {
  if (isDeepStrictEqual(jest.transformIgnorePatterns, IGNORED)) return true;
  if (jest.transformIgnorePatterns !== undefined || !isDeepStrictEqual(jest.transform, OF_TEMPLATE)) return false;
  jest.transform = TRANSFORM;
  jest.transformIgnorePatterns = IGNORED;
  return true;
}
