import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const SOCKET_IO = ['socket.io', 'socket.io/*', 'socket.io-parser', 'engine.io', 'ws', '@nestjs/platform-socket.io'];
const SOCKET_IO_CLIENT = ['socket.io-client', 'socket.io-client/*', 'engine.io-client'];

/** Imports that are at home in one room only; architecture.md, "Direction of dependency". */
const restrictImports = (group, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ group, message }] }],
});

/** Constructors are free: Nest injects what a class needs. */
const TOO_MANY_PARAMETERS = {
  selector: ':not(MethodDefinition[kind="constructor"]) > :function[params.length>5]',
  message: 'A function takes at most 5 parameters; pass an object, or find the class that holds them.',
};

export default defineConfig(
  globalIgnores(['**/dist/**', 'coverage/**', 'test/packaging/apps/**']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // ports and handlers are async by contract, whether this implementation waits or not
      '@typescript-eslint/require-await': 'off',
      // what was caught is passed on as it is
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['libs/*/src/**/*.ts', 'src/**/*.ts', 'test/fixture/**/*.ts'],
    rules: restrictImports(
      [...SOCKET_IO, ...SOCKET_IO_CLIENT],
      'Socket.IO is known to libs/realtime/src/socket-io, and its client to one file of libs/client.',
    ),
  },
  {
    files: ['libs/realtime/src/socket-io/**/*.ts'],
    rules: restrictImports(SOCKET_IO_CLIENT, 'The server knows nothing of the client.'),
  },
  {
    files: ['libs/client/src/**/*.ts'],
    rules: restrictImports(SOCKET_IO, 'The client knows nothing of the server.'),
  },
  {
    files: ['libs/contract/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.test-d.ts'],
    rules: restrictImports(['*', '!.', '!./**'], 'The contract depends on nothing.'),
  },
  {
    // what comes out of a socket or of JSON has no type in a test
    files: ['**/*.spec.ts', '**/*.test-d.ts', 'benchmarks/**/*.ts', 'test/**/*.ts'],
    ignores: ['test/fixture/**'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // what people throw is what the tests throw
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['**/*.spec.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    // CONTRIBUTING.md, "Layout": files and functions that fit on a screen or two
    files: ['**/*.{ts,tsx,mjs,cjs,js}'],
    rules: { 'max-lines': ['error', 250] },
  },
  {
    files: ['**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts', '**/*.e2e-spec.ts', '**/*.test-d.ts', 'test/**', 'benchmarks/**'],
    rules: {
      'max-lines-per-function': ['error', { max: 40, skipComments: true, skipBlankLines: true }],
      'no-restricted-syntax': ['error', TOO_MANY_PARAMETERS],
    },
  },
  {
    files: ['**/*.spec.ts', '**/*.e2e-spec.ts', '**/*.test-d.ts'],
    rules: { 'max-lines': ['error', 400] },
  },
  {
    files: ['**/*.{spec,e2e-spec,test-d}.ts', 'test/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[object.name="Reflect"][property.name=/^(get|set)$/]',
          message:
            'Do not reach into private fields. Assert what is visible from outside: public getters, stats(), timers, outputs, ' +
            'or what a garbage collection leaves (test/kit/garbage.ts).',
        },
      ],
    },
  },
  // a type test asks what a value's type is, not what it holds
  { files: ['**/*.test-d.ts'], rules: { '@typescript-eslint/no-unused-vars': 'off' } },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: {
      globals: {
        console: 'readonly',
        fetch: 'readonly',
        module: 'writable',
        process: 'readonly',
        require: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        URL: 'readonly',
      },
    },
  },
);
