import type { LintCase, LintReport } from './lint-case.js';

function direct(module: string, quote = "'"): LintReport {
  return {
    message: `Import ${module} only where it is allowed; broadcast through IRealtimeBroadcaster.`,
    at: `${quote}${module}${quote}`,
  };
}

const file = 'src/orders/orders.service.ts';

const FORMS: [title: string, code: (module: string) => string][] = [
  ['import', (module) => `import { Server } from '${module}';\nServer;`],
  ['import for its effects', (module) => `import '${module}';`],
  ['import type', (module) => `import type { Server } from '${module}';\nexport type S = Server;`],
  ['export from', (module) => `export { Server } from '${module}';`],
  ['export all', (module) => `export * from '${module}';`],
  ['export type', (module) => `export type { Server } from '${module}';`],
  ['import equals', (module) => `import io = require('${module}');\nio;`],
  ['exported import equals', (module) => `export import io = require('${module}');`],
  ['type of an import', (module) => `export type S = import('${module}').Server;`],
  ['typeof an import', (module) => `export type S = typeof import('${module}');`],
  ['dynamic import', (module) => `export const io = () => import('${module}');`],
  ['require', (module) => `export const io = require('${module}');`],
];

const MODULES = [
  'socket.io',
  'socket.io/dist/namespace',
  'socket.io-client',
  'socket.io-parser',
  'socket.io-adapter',
  'engine.io',
  'engine.io-client/build/esm/index.js',
  '@socket.io/redis-adapter',
  '@nestjs/platform-socket.io',
];

const OTHERS = [
  'socket.iota',
  'my-socket.io',
  './socket.io',
  '@nestjs/platform-ws',
  '@socket.io',
  'ws',
  'nestjs-realtime',
];

const app = `import { Server } from 'socket.io';\nServer;`;

export const cases: readonly LintCase[] = [
  ...FORMS.map(([form, code]) => ({
    title: `reports the form: ${form}`,
    file,
    code: code('socket.io'),
    reports: [direct('socket.io')],
  })),
  ...MODULES.map((module) => ({
    title: `reports ${module}`,
    file,
    code: `import * as it from '${module}';\nit;`,
    reports: [direct(module)],
  })),
  ...OTHERS.map((module) => ({
    title: `lets ${module} pass`,
    file,
    code: `import * as it from '${module}';\nit;`,
    reports: [],
  })),
  {
    title: 'reports a module that is written as a template',
    file,
    code: 'export const io = () => import(`socket.io`);',
    reports: [direct('socket.io', '`')],
  },
  {
    title: 'lets a module pass that is known at run time alone',
    file,
    code: 'export const load = (name: string) => import(name);\nexport const io = () => import(`socket.io${load}`);',
    reports: [],
  },
  {
    title: 'reports each import',
    file,
    code: `import { Server } from 'socket.io';\nimport { io } from 'socket.io-client';\nServer; io;`,
    reports: [direct('socket.io'), direct('socket.io-client')],
  },
  {
    title: 'lets an allowed file pass',
    file: 'apps/web/server.ts',
    code: app,
    options: { allow: ['apps/*/server.ts'] },
    reports: [],
  },
  {
    title: 'lets an allowed folder pass',
    file: 'src/io/deep/a.ts',
    code: app,
    options: { allow: ['src/io/**'] },
    reports: [],
  },
  {
    title: 'lets an allowed choice pass',
    file: 'src/b.ts',
    code: app,
    options: { allow: ['./src/{a,b}.ts'] },
    reports: [],
  },
  {
    title: 'reports a file beside an allowed one',
    file: 'apps/web/deep/server.ts',
    code: app,
    options: { allow: ['apps/*/server.ts', 'src/{a,b}.ts', 'web/deep', 'eb/deep/*'] },
    reports: [direct('socket.io')],
  },
];
