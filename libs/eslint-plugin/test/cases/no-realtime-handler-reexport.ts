import type { LintCase, LintReport } from './lint-case.js';

function isPrivate(name: string, at: string): LintReport {
  return { message: `${name} is private to its feature; export the channel instead.`, at };
}

function reached(name: string, subpath: string, at = name): LintReport {
  const message = `${name} is private to its feature; export the channel instead. The subpath "${subpath}" of package.json reaches this file.`;
  return { message, at };
}

const HANDLER = './realtime/handlers/on-add-note.handler.js';
const barrel = 'src/orders/index.ts';

const REPORTED: [title: string, code: string, report: LintReport][] = [
  ['a name', `export { OnAddNote } from '${HANDLER}';`, isPrivate('OnAddNote', 'OnAddNote')],
  ['another name', `export { OnAddNote as Add } from '${HANDLER}';`, isPrivate('OnAddNote', 'OnAddNote as')],
  ['a default', `export { default as OnAddNote } from '${HANDLER}';`, isPrivate('OnAddNote', 'default')],
  ['a default as the default', `export { default } from '${HANDLER}';`, isPrivate('on-add-note.handler', 'default')],
  ['a type', `export type { OnAddNote } from '${HANDLER}';`, isPrivate('OnAddNote', 'OnAddNote')],
  ['everything', `export * from '${HANDLER}';`, isPrivate('on-add-note.handler', 'export')],
  ['a namespace', `export * as handlers from '${HANDLER}';`, isPrivate('on-add-note.handler', 'export')],
  [
    'an import',
    `import { OnAddNote } from '${HANDLER}';\nexport { OnAddNote };`,
    isPrivate('OnAddNote', 'OnAddNote };'),
  ],
  [
    'a renamed import',
    `import { OnAddNote as A } from '${HANDLER}';\nexport { A as B };`,
    isPrivate('OnAddNote', 'A as B'),
  ],
  ['an imported default', `import Add from '${HANDLER}';\nexport { Add };`, isPrivate('Add', 'Add };')],
  ['an imported namespace', `import * as all from '${HANDLER}';\nexport { all };`, isPrivate('all', 'all };')],
  [
    'an import as the default',
    `import { OnAddNote } from '${HANDLER}';\nexport default OnAddNote;`,
    isPrivate('OnAddNote', 'OnAddNote;'),
  ],
  ['an import as the module', `import Add = require('${HANDLER}');\nexport = Add;`, isPrivate('Add', 'Add;')],
  ['an import equals', `export import Add = require('${HANDLER}');`, isPrivate('on-add-note.handler', 'export')],
  [
    'a file without extension',
    `export { OnAddNote } from './realtime/handlers/on-add-note.handler';`,
    isPrivate('OnAddNote', 'OnAddNote'),
  ],
  [
    'a path alias',
    `export { OnAddNote } from '@/orders/realtime/handlers/on-add-note.handler';`,
    isPrivate('OnAddNote', 'OnAddNote'),
  ],
  [
    'a file of another package',
    `export { OnAddNote } from '@acme/orders/handlers/on-add-note.handler.js';`,
    isPrivate('OnAddNote', 'OnAddNote'),
  ],
  ['a flat folder', `export { OnAddNote } from './on-add-note.handler.js';`, isPrivate('OnAddNote', 'OnAddNote')],
  ['a name of its own', `export { Ping } from './realtime/ping.handler.js';`, isPrivate('Ping', 'Ping')],
];

const orders = (exports: string): string => `import { Module } from '@nestjs/common';
import { OnAddNote } from '${HANDLER}';

@Module({ providers: [OnAddNote], exports: [${exports}] })
export class OrdersModule {}`;

const handler = `import { RealtimeChannel } from 'nestjs-realtime';

@RealtimeChannel(orderChannel)
export class OnAddNote {}`;

const HANDLER_FILE = 'src/orders/realtime/handlers/on-add-note.handler.ts';

const REACHED: [title: string, exports: unknown, subpath: string][] = [
  ['a star', { './*': './dist/*.js' }, './*'],
  ['a star with extension', { '.': './dist/index.js', './*.js': './dist/*.js' }, './*.js'],
  ['a star that leaves the extension to importers', { './*': './src/*' }, './*'],
  ['a folder', { './handlers/*': './dist/orders/realtime/handlers/*.js' }, './handlers/*'],
  ['the file', { './add': './dist/orders/realtime/handlers/on-add-note.handler.js' }, './add'],
  ['the only target', './src/orders/realtime/handlers/on-add-note.handler.ts', '.'],
  ['a condition', { './*': { types: './dist/*.d.ts', default: ['./other/*.js'] } }, './*'],
  ['an alternative', { './*': [{ import: './build/src/*.js' }, './lib/*.js'] }, './*'],
  ['a condition without subpaths', { import: './dist/orders/realtime/handlers/on-add-note.handler.js' }, '.'],
  ['every file of the package', { './*': './*' }, './*'],
  ['two stars', { './*': './dist/orders/realtime/handlers/*.handler.js', './x/*': './dist/*/*.js' }, './*'],
  ['an ending', { './*': './dist/*', './*.test': null }, './*'],
];

const HIDDEN: [title: string, exports: unknown][] = [
  ['name other files', { '.': './dist/index.js', './orders/*': './dist/orders/*/index.js' }],
  ['forbid the folder', { './*': './dist/*.js', './orders/realtime/handlers/*': null }],
  ['forbid the ending', { './*': './dist/*', './*.handler.js': null }],
  ['forbid it under every condition', { './*': './dist/*.js', './orders/*': { import: null } }],
  ['name a folder twice', { './*': './dist/*/*.js' }],
  ['forbid the folder of the sources', { './*': './*', './src/*': null }],
  ['have a star in the subpath alone', { './*': './dist/index.js' }],
  ['are missing', undefined],
  ['are null', null],
];

export const cases: readonly LintCase[] = [
  ...REPORTED.map(([title, code, report]) => ({ title: `reports ${title}`, file: barrel, code, reports: [report] })),
  {
    title: 'reports each name',
    file: barrel,
    code: `export { OnAddNote, OnShip } from '${HANDLER}';`,
    reports: [isPrivate('OnAddNote', 'OnAddNote'), isPrivate('OnShip', 'OnShip')],
  },
  {
    title: 'reports the beginning of a chain of barrels',
    file: 'src/orders/realtime/handlers/index.ts',
    code: `export * from './on-add-note.handler.js';`,
    reports: [isPrivate('on-add-note.handler', 'export')],
  },
  {
    title: 'reports a handler among the exports of a module',
    file: 'src/orders/orders.module.ts',
    code: orders('OnAddNote'),
    reports: [isPrivate('OnAddNote', 'OnAddNote] })')],
  },
  { title: 'lets the providers of a module pass', file: 'src/orders/orders.module.ts', code: orders(''), reports: [] },
  {
    title: 'lets the later links of a chain pass',
    file: barrel,
    code: `export * from './realtime/handlers/index.js';\nexport * from './realtime/index.js';`,
    reports: [],
  },
  {
    title: 'lets a channel pass',
    file: barrel,
    code: `export { orderChannel } from './realtime/order.channel.js';`,
    reports: [],
  },
  {
    title: 'lets handlers of commands and queries pass',
    file: barrel,
    code: `export { ShipHandler } from './commands/ship.handler.js';\nexport * from './queries/handlers/find.handler.js';`,
    reports: [],
  },
  {
    title: 'lets a name pass that is only like that of an import',
    file: barrel,
    code: `import { OnAddNote } from '${HANDLER}';\nexport const handlers = 1;\nexport { handlers as OnAddNote };\nOnAddNote;`,
    reports: [],
  },
  {
    title: 'lets a test of a handler pass',
    file: barrel,
    code: `export * from './realtime/handlers/on-add-note.handler.spec.js';`,
    reports: [],
  },
  {
    title: 'reports the handlers that an option names',
    file: barrel,
    code: `export { Ping } from './sockets/ping.js';\nexport { OnAddNote } from '${HANDLER}';`,
    options: { handlers: ['src/*/sockets/*.ts'] },
    reports: [isPrivate('Ping', 'Ping')],
  },
  ...REACHED.map(([title, exports, subpath]) => ({
    title: `reports a handler that exports of the package reach: ${title}`,
    file: HANDLER_FILE,
    code: handler,
    beside: { 'package.json': JSON.stringify({ name: '@acme/app', exports }) },
    reports: [reached('OnAddNote', subpath)],
  })),
  ...HIDDEN.map(([title, exports]) => ({
    title: `lets a handler pass where exports of the package ${title}`,
    file: HANDLER_FILE,
    code: handler,
    beside: { 'package.json': JSON.stringify({ name: '@acme/app', exports }) },
    reports: [],
  })),
  {
    title: 'lets a handler pass below a package.json that does not parse',
    file: HANDLER_FILE,
    code: handler,
    beside: { 'package.json': '{' },
    reports: [],
  },
  {
    title: 'asks the nearest package.json',
    file: HANDLER_FILE,
    code: handler,
    beside: { 'package.json': '{ "exports": { "./*": "./dist/*.js" } }', 'src/orders/package.json': '{}' },
    reports: [],
  },
  {
    title: 'names the file where a handler file declares no class',
    file: HANDLER_FILE,
    code: 'export const add = 1;',
    beside: { 'package.json': '{ "exports": { "./*": "./dist/*.js" } }' },
    reports: [reached('on-add-note.handler', './*', 'export')],
  },
  {
    title: 'lets other files pass that exports of the package reach',
    file: 'src/orders/realtime/order.channel.ts',
    code: 'export class Note {}',
    beside: { 'package.json': '{ "exports": { "./*": "./dist/*.js" } }' },
    reports: [],
  },
];
