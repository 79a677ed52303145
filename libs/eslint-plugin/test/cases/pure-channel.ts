import type { LintCase, LintReport } from './lint-case.js';

const file = 'src/orders/realtime/order.channel.ts';

function impure(module: string): LintReport {
  return {
    message: `A channel file is shared with browsers; import schemas and defineRealtimeChannel only. "${module}" belongs to the server.`,
    at: `'${module}'`,
  };
}

const OF_SERVER = [
  '@nestjs/common',
  '@nestjs/swagger',
  'nestjs-realtime/testing',
  'socket.io',
  'socket.io-client',
  'node:crypto',
  'fs',
  'fs/promises',
  './handlers/on-add-note.handler.js',
  '../orders.module.js',
  '../orders.service',
  '@/orders/orders.repository',
];
const OF_BOTH = [
  'nestjs-realtime',
  '@nestjs-realtime/contract',
  'zod',
  'class-validator',
  './note.js',
  './other.channel.js',
  './service.js',
  'fs-extra',
];

const FORMS: [title: string, code: string][] = [
  ['an import for its effects', `import '@nestjs/common';`],
  ['some types', `import { type A, B } from '@nestjs/common';\nB;`],
  ['export from', `export { A } from '@nestjs/common';`],
  ['export all', `export * from '@nestjs/common';`],
  ['import equals', `import a = require('@nestjs/common');\na;`],
  ['dynamic import', `export const a = () => import('@nestjs/common');`],
  ['require', `export const a = require('@nestjs/common');`],
];
const TYPES: [title: string, code: string][] = [
  ['import type', `import type { A } from '@nestjs/common';\nexport type B = A;`],
  ['a list of types', `import { type A } from '@nestjs/common';\nexport type B = A;`],
  ['export type', `export type { A } from '@nestjs/common';`],
  ['a list of exported types', `export { type A } from '@nestjs/common';`],
  ['export type of all', `export type * from '@nestjs/common';`],
  ['the type of an import', `export type A = import('@nestjs/common').Type;`],
  ['import type equals', `import type a = require('@nestjs/common');\nexport type B = a;`],
];

const value = (module: string): string => `import * as it from '${module}';\nit;`;

export const cases: readonly LintCase[] = [
  ...OF_SERVER.map((module) => ({ title: `reports ${module}`, file, code: value(module), reports: [impure(module)] })),
  ...OF_BOTH.map((module) => ({ title: `lets ${module} pass`, file, code: value(module), reports: [] })),
  ...FORMS.map(([form, code]) => ({ title: `reports ${form}`, file, code, reports: [impure('@nestjs/common')] })),
  ...TYPES.map(([form, code]) => ({ title: `lets ${form} pass`, file, code, reports: [] })),
  {
    title: 'lets modules pass that an option allows',
    file,
    code: `import { ApiProperty } from '@nestjs/swagger';\nimport { Id } from './ids/id.service.js';\nApiProperty; Id;`,
    options: { allow: ['@nestjs/swagger', 'ids/*'] },
    reports: [],
  },
  {
    title: 'reports modules beside those that an option allows',
    file,
    code: value('@nestjs/common'),
    options: { allow: ['@nestjs/swagger'] },
    reports: [impure('@nestjs/common')],
  },
  ...['src/orders/realtime/order.channel.spec.ts', 'src/orders/realtime/channel.ts', 'src/order.channel/a.ts'].map(
    (other) => ({
      title: `leaves ${other} alone`,
      file: other,
      code: value('@nestjs/testing'),
      reports: [],
    }),
  ),
  {
    title: 'looks at files of every extension',
    file: 'src/orders/order.channel.mts',
    code: value('@nestjs/common'),
    reports: [impure('@nestjs/common')],
  },
];
