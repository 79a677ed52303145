import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { loadPlugin } from './scripts/bundle-eslint-plugin.mjs';

const realtime = await loadPlugin();

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
  // docs/rules.md: our own rules, as applications get them
  realtime.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@nestjs-realtime/no-direct-socket-io': [
        'error',
        { allow: ['libs/realtime/src/socket-io/**', 'libs/client/src/client-transport.ts'] },
      ],
    },
  },
  {
    // tests and benchmarks look at the bytes that Socket.IO sends, and break the rules to see what happens
    files: ['**/*.spec.ts', '**/*.test-d.ts', 'libs/*/test/**', 'test/**', 'benchmarks/**'],
    ignores: ['test/fixture/**'],
    rules: Object.fromEntries(Object.keys(realtime.configs.recommended.rules).map((rule) => [rule, 'off'])),
  },
  {
    files: ['libs/contract/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.test-d.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['*', '!.', '!./**'], message: 'The contract depends on nothing.' }] },
      ],
    },
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
