/** @type {import('jest').Config} */
export default {
  rootDir: '.',
  roots: ['<rootDir>/src', '<rootDir>/libs', '<rootDir>/test', '<rootDir>/benchmarks'],
  // Processes, browsers and databases start within, on machines that may be busy with other things; no assertion is about time.
  testTimeout: 180_000,
  // A failed test may leave a server or a socket behind; what the others have found must be told all the same.
  forceExit: process.env.CI === 'true',
  // Most suites wait for processes of their own.
  maxWorkers: '100%',
  // Modules of suites that are over stay in memory, and collecting garbage among them becomes slow: a worker that holds more is replaced.
  workerIdleMemoryLimit: '1GB',
  testEnvironment: 'node',
  resolver: '<rootDir>/jest.resolver.cjs',
  moduleFileExtensions: ['ts', 'js', 'json'],
  extensionsToTreatAsEsm: ['.ts'],
  testRegex: '.*\\.(e2e-)?spec\\.ts$',
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
          keepClassNames: true,
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  moduleNameMapper: {
    '^@nestjs-realtime/(contract|client|dashboard)$': '<rootDir>/libs/$1/src/index.ts',
    '^@nestjs-realtime/client/(react|testing)$': '<rootDir>/libs/client/src/$1/index.ts',
    '^nestjs-realtime$': '<rootDir>/libs/realtime/src/index.ts',
    '^nestjs-realtime/(adapters|cqrs|opentelemetry|redis|testing)$': '<rootDir>/libs/realtime/src/$1/index.ts',
  },
  coverageProvider: 'babel',
  collectCoverageFrom: ['src/**/*.ts', 'libs/*/src/**/*.ts', '!**/*.spec.ts', '!**/*.test-d.ts'],
};
