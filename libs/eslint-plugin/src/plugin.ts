// Which rules are there, and how severe is each in the preset?
import type { ESLint, Linter } from 'eslint';
import { noDirectSocketIo } from './rules/no-direct-socket-io.js';
import { noRealtimeHandlerReexport } from './rules/no-realtime-handler-reexport.js';
import { noRealtimeRpc } from './rules/no-realtime-rpc.js';
import { pureChannel } from './rules/pure-channel.js';
import { userScopedParam } from './rules/user-scoped-param.js';
import { asEslintRules } from './rule.js';

/** The build puts the version here; ESLint keeps it with what it caches. */
declare const PLUGIN_VERSION: string | undefined;

const NAMESPACE = '@nestjs-realtime';

const rules = asEslintRules({
  'no-direct-socket-io': noDirectSocketIo,
  'no-realtime-handler-reexport': noRealtimeHandlerReexport,
  'no-realtime-rpc': noRealtimeRpc,
  'pure-channel': pureChannel,
  'user-scoped-param': userScopedParam,
});

const meta = {
  name: '@nestjs-realtime/eslint-plugin',
  namespace: NAMESPACE,
  version: typeof PLUGIN_VERSION === 'string' ? PLUGIN_VERSION : 'unbuilt',
};

const recommended: Linter.Config = {
  name: '@nestjs-realtime/recommended',
  files: ['**/*.{ts,mts,cts,tsx}'],
  plugins: { [NAMESPACE]: { meta, rules } },
  rules: {
    '@nestjs-realtime/no-direct-socket-io': 'error',
    '@nestjs-realtime/no-realtime-handler-reexport': 'error',
    '@nestjs-realtime/no-realtime-rpc': 'error',
    '@nestjs-realtime/pure-channel': 'error',
    '@nestjs-realtime/user-scoped-param': 'warn',
  },
};

/** The plugin: its rules, and `configs.recommended` for a flat configuration of ESLint. `oxlint.json` is the same preset for oxlint. */
export const plugin: ESLint.Plugin & { readonly configs: { readonly recommended: Linter.Config } } = {
  meta,
  rules,
  configs: { recommended },
};
