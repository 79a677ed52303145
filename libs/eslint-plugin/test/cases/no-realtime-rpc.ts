import type { LintCase, LintReport } from './lint-case.js';

const file = 'src/orders/realtime/handlers/on-add-note.handler.ts';
const IMPORT = `import { RealtimeHandler } from 'nestjs-realtime';`;

function undeclared(at: string): LintReport {
  const message =
    'No client gets what this handler returns: broadcast the new state, make this an HTTP route, or name the channel in ' +
    '@RealtimeHandler, so that the compiler checks the result against the reply that the message declares.';
  return { message, at };
}

function repliesOnly(at: string): LintReport {
  const message = `The server sends nothing on "orders" but replies: declare the events that tell subscribers of new state, or make these messages HTTP routes.`;
  return { message, at };
}

/** A handler method in the form that the compiler does not check. */
function handler(method: string, decorator = `@RealtimeHandler('addNote')`, imports = IMPORT): string {
  return `${imports}\n\nexport class OnAddNote {\n  ${decorator}\n  ${method}\n}`;
}

const TYPES_OF_NOTHING = [
  'void',
  'Promise<void>',
  'PromiseLike<undefined>',
  'undefined',
  'never',
  'Promise<never>',
  'void | Promise<void>',
];
const TYPES_OF_SOMETHING = [
  'Saved',
  'Promise<Saved>',
  'unknown',
  'Promise<unknown>',
  'string | void',
  'Promise',
  '{ id: string }',
];

const VALUES = [
  '{ id: 1 }',
  '[note]',
  "'done'",
  'note',
  'note as Note',
  'note!',
  'this.last',
  'this.last?.id',
  'ok ? note : undefined',
  'ok && note',
  '(add(note), note)',
  '!ok',
  '() => note',
];
const NO_VALUES = [
  '',
  ' undefined',
  ' void 0',
  ' ctx.broadcast(note)',
  ' await this.notes.add(note)',
  ' this.notes?.add(note)',
  ' new Promise<void>(() => {})',
  ' ok ? add(note) : undefined',
  ' ok && add(note)',
  ' (note, add(note))',
];

const DECORATORS: [decorator: string, imports: string][] = [
  ['@RealtimeHandler()', IMPORT],
  ['@RealtimeHandler(ADD_NOTE)', IMPORT],
  ['@Guarded() @RealtimeHandler(`addNote`)', IMPORT],
  [`@Handles('addNote')`, `import { RealtimeHandler as Handles } from 'nestjs-realtime';`],
  [`@realtime.RealtimeHandler('addNote')`, `import * as realtime from 'nestjs-realtime';`],
  [`@RealtimeHandler('addNote')`, `import { RealtimeHandler } from '../../realtime.js';`],
];
const OTHER_DECORATORS: [decorator: string, imports: string][] = [
  [`@RealtimeHandler(orderChannel, 'addNote')`, IMPORT],
  [`@SubscribeMessage('addNote')`, IMPORT],
  ['', IMPORT],
  ['@RealtimeHandler', IMPORT],
  [`@Handles('addNote')`, `import { RealtimeHandler as Handles } from 'elsewhere';`],
];

function channel(fields: string, imports = `import { defineRealtimeChannel } from 'nestjs-realtime';`): string {
  return `${imports}\nexport const c = defineRealtimeChannel({ name: 'orders', scope: 'public', ${fields} });`;
}

const REPLIES_ONLY = [
  'messages: { find: { payload: Id, reply: Order } }',
  'message: { payload: null, reply: Order }',
  'messages: { find: { payload: Id, reply: Order }, count: { payload: null, reply: Count, limits: {} } } as const',
];
const STATE_TOO = [
  'events: { shipped: Order }, messages: { find: { payload: Id, reply: Order } }',
  'payload: Order, message: { payload: null, reply: Order }',
  'snapshot: Order, message: { payload: null, reply: Order }',
  'messages: { find: { payload: Id, reply: Order }, move: Position }',
  'messages: { find: { payload: Id } }',
  'messages: { find: { payload: Id, reply: Order, whisper: true } }',
  'messages: { find: { payload: Id, reply: Order }, ...more }',
  'messages: { find: { ...options, reply: Order } }',
  'messages: {}',
  'messages',
  '...fields, message: { payload: null, reply: Order }',
  'autoSubscribe: true',
];

export const cases: readonly LintCase[] = [
  ...TYPES_OF_SOMETHING.map((type) => ({
    title: `reports the declared result ${type}`,
    file,
    code: handler(`async add(note: Input): ${type} { return add(note); }`),
    reports: [undeclared(`${type} {`)],
  })),
  ...TYPES_OF_NOTHING.map((type) => ({
    title: `believes the declared result ${type}`,
    file,
    code: handler(`async add(note: Input): ${type} { return note; }`),
    reports: [],
  })),
  ...VALUES.map((value) => ({
    title: `reports the result ${value}`,
    file,
    code: handler(`async add(note: Input) { return ${value}; }`),
    reports: [undeclared('return')],
  })),
  ...NO_VALUES.map((value) => ({
    title: `lets return${value} pass`,
    file,
    code: handler(`async add(note: Input) { return${value}; }`),
    reports: [],
  })),
  ...DECORATORS.map(([decorator, imports]) => ({
    title: `knows ${decorator} from: ${imports}`,
    file,
    code: handler('add() { return 1; }', decorator, imports),
    reports: [undeclared('return')],
  })),
  ...OTHER_DECORATORS.map(([decorator, imports]) => ({
    title: `leaves alone "${decorator}" from: ${imports}`,
    file,
    code: handler('add() { return 1; }', decorator, imports),
    reports: [],
  })),
  {
    title: 'lets what functions within a handler return pass',
    file,
    code: handler(
      'add(notes: Input[]) { this.last = notes.map((each) => { return each; }); class A { m() { return 1; } } A; }',
    ),
    reports: [],
  },
  {
    title: 'reports each return',
    file,
    code: handler('add(note: Input) { if (note) { return 1; } else { return true; } }'),
    reports: [undeclared('return 1'), undeclared('return true')],
  },
  ...REPLIES_ONLY.map((fields) => ({
    title: `reports a channel with ${fields}`,
    file: 'src/orders/realtime/order.channel.ts',
    code: channel(fields),
    reports: [repliesOnly(`'orders'`)],
  })),
  ...STATE_TOO.map((fields) => ({
    title: `lets a channel pass with ${fields}`,
    file: 'src/orders/realtime/order.channel.ts',
    code: channel(fields),
    reports: [],
  })),
  {
    title: 'knows a channel under another name',
    file: 'src/orders/realtime/order.channel.ts',
    code: channel(
      REPLIES_ONLY[0],
      `import { defineRealtimeChannel as define } from '@nestjs-realtime/contract';`,
    ).replace('= defineRealtimeChannel', '= define'),
    reports: [repliesOnly(`'orders'`)],
  },
];
