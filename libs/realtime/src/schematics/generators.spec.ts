import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type MemoryTree, project, runRule } from '../../test/memory-tree.js';
import { authenticator } from './authenticator.js';
import { channel, type ChannelOptions } from './channel.js';
import { handler } from './handler.js';
import { projectTypeScript } from './project-typescript.js';
import type { Rule } from './project-tree.js';

const CHANNEL = 'src/orders/realtime/order.channel.ts';
const HANDLER = 'src/orders/realtime/handlers/on-add-note.handler.ts';
const OPTIONS: ChannelOptions = { name: 'orders/order', param: 'orderId', events: 'noted, closed', scope: 'public' };

async function made(tree: MemoryTree, ...rules: Rule[]): Promise<Record<string, string>> {
  for (const rule of rules) await runRule(tree, rule);
  return tree.all();
}

/** The message, and that nothing was written. */
async function refusal(tree: MemoryTree, rule: Rule): Promise<string> {
  const before = tree.all();
  const error = await runRule(tree, rule).then(
    () => new Error('it did not refuse'),
    (reason: Error) => reason,
  );
  expect(tree.all()).toEqual(before);
  return error.message;
}

describe('g channel', () => {
  it('declares the channel in its feature, with a test, in the index and in the nearest module', async () => {
    const tree = project();
    const files = await made(tree, channel(OPTIONS));
    expect(files[CHANNEL]).toBe(`import { IsString } from 'class-validator';
import { defineRealtimeChannel } from 'nestjs-realtime';

export class OrderPayload {
  @IsString()
  text!: string;
}

export const orderChannel = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'public',
  events: {
    noted: OrderPayload,
    closed: OrderPayload,
  },
});
`);
    expect(files['src/orders/realtime/order.channel.spec.ts']).toContain(
      `orderChannel.with({ orderId: '42' });\n\n    await realtime.broadcast(address, 'noted', { text: 'Hello' });`,
    );
    expect(files['src/orders/index.ts']).toBe(
      `export { OrdersModule } from './orders.module.js';\nexport { orderChannel } from './realtime/order.channel.js';\n`,
    );
    expect(files['src/orders/orders.module.ts']).toBe(`import { Module } from '@nestjs/common';
import { RealtimeModule } from 'nestjs-realtime';
import { orderChannel } from './realtime/order.channel.js';

@Module({ imports: [RealtimeModule.forFeature([orderChannel])] })
export class OrdersModule {}
`);
  });

  it('changes nothing the second time', async () => {
    const tree = project();
    const first = await made(tree, channel(OPTIONS));
    expect(await made(tree, channel(OPTIONS))).toEqual(first);
  });

  it.each<[ChannelOptions, string[]]>([
    [{ name: 'status' }, [`name: 'status'`, `scope: 'authenticated'`, 'updated: StatusPayload']],
    [{ name: 'orders/note' }, [`name: 'orders.note'`]],
    [{ name: 'orders/orders' }, [`name: 'orders'`]],
    [{ name: 'order', path: 'shop/orders', param: 'orderId' }, [`name: 'shop.orders.{orderId}'`]],
    [
      { name: 'Alarm', scope: 'role:admin', messages: 'raise' },
      [`{ role: 'admin' }`, '  messages: {\n    raise: AlarmPayload,'],
    ],
    [{ name: 'inbox', scope: 'userScoped' }, [`name: 'inbox.{userId}'`, `{ userScoped: 'userId' }`]],
    [{ name: 'inbox', scope: 'userScoped:ownerId', param: 'a,ownerId' }, [`inbox.{a}.{ownerId}`, `'ownerId' }`]],
    [{ name: 'x', template: 'deep.{id}.names' }, [`name: 'deep.{id}.names'`]],
  ])('writes %j', async (options, parts) => {
    const files = await made(project(), channel(options));
    const [path] = Object.keys(files).filter((file) => file.endsWith('.channel.ts'));
    for (const part of parts) expect(files[path]).toContain(part);
  });

  it.each([
    ['zod', 'export const OrderPayload = z.object({ text: z.string() });'],
    ['valibot', 'export const OrderPayload = v.object({ text: v.string() });'],
    ['left-pad', 'noted: null,'],
  ])('declares payloads with %s where the project has it', async (library, text) => {
    const manifest = JSON.stringify({ type: 'module', dependencies: { [library]: '1.0.0' } });
    const files = await made(project({ 'package.json': manifest }), channel(OPTIONS));
    expect(files[CHANNEL]).toContain(text);
  });

  it('leaves .js out of imports in a CommonJS project, the test out with --no-spec, and an index that is not there', async () => {
    const tree = project({ 'package.json': '{}' });
    tree.files.delete('src/orders/index.ts');
    const files = await made(tree, channel({ ...OPTIONS, spec: false }));
    expect(files['src/orders/orders.module.ts']).toContain(`from './realtime/order.channel';`);
    expect(Object.keys(files).filter((file) => /spec|index/.test(file))).toEqual([]);
  });

  it('finds the project, its sources and the module that are named', async () => {
    const module = `import { Module } from '@nestjs/common';\n@Module({})\nexport class M {}\n`;
    const tree = project({
      'nest-cli.json': '{ "projects": { "admin": { "root": "apps/admin", "sourceRoot": "apps/admin/src" } } }',
      'apps/admin/src/admin.module.ts': module,
      'apps/admin/src/other.module.ts': module,
    });
    const files = await made(tree, channel({ name: 'status', project: 'admin', module: 'other' }));
    expect(files['apps/admin/src/other.module.ts']).toContain('statusChannel');
    expect(files['apps/admin/src/realtime/status.channel.ts']).toContain('statusChannel');
  });

  it.each<[ChannelOptions, string]>([
    [
      { name: 'orders..x' },
      '"orders..x" is no legal channel name; a segment is 1 to 64 of A-Z a-z 0-9 _ -, or one whole {param}.',
    ],
    [{ name: 'orders/x', template: 'orders..x' }, '"orders..x" is no legal channel name;'],
    [
      { name: 'orders.x' },
      '"orders.x" is the name of a channel; write a path such as orders/order, and --template "orders.x".',
    ],
    [{ name: 'orders/1 x' }, '"1 x" is no legal name;'],
    [{ name: '' }, '"." is no legal'],
    [{ name: 'x', events: 'a-b' }, '"a-b" in --events is no identifier; write names such as noteAdded.'],
    [{ name: 'x', scope: 'friends' }, '"friends" is no scope; write public, authenticated, role:admin or userScoped.'],
    [{ name: 'x', scope: 'role:' }, '"role:" is no scope;'],
    [
      { name: 'x', scope: 'userScoped:ownerId' },
      'The scope userScoped names a param of the channel; pass --param ownerId.',
    ],
    [{ name: 'x', project: 'admin' }, 'nest-cli.json has no project "admin"; there are: none.'],
    [{ name: 'x', module: 'gone' }, 'There is no src/gone; name a module file with --module.'],
  ])('refuses %j in one line', async (options, message) => {
    expect(await refusal(project(), channel(options))).toContain(message);
  });

  it('refuses where no module is above, where a folder has several, and a module that it cannot edit', async () => {
    const none = project();
    for (const path of [...none.files.keys()]) if (path.endsWith('.module.ts')) none.files.delete(path);
    expect(await refusal(none, channel(OPTIONS))).toBe(
      'No module found above src/orders; make one with "nest g module orders".',
    );
    const two = project({ 'src/orders/a.module.ts': '', 'src/orders/b.module.ts': '' });
    two.files.delete('src/orders/orders.module.ts');
    expect(await refusal(two, channel(OPTIONS))).toBe(
      'src/orders has 2 modules (a.module.ts, b.module.ts); name one with --module.',
    );
    const broken = project({ 'src/orders/orders.module.ts': 'export class {' });
    expect(await refusal(broken, channel(OPTIONS))).toMatch(
      /^src\/orders\/orders.module.ts:1 does not parse \(.+\); fix it/,
    );
  });

  it('does not write over a file that differs, unless --force', async () => {
    const tree = project({ [CHANNEL]: '// mine\n' });
    expect(await refusal(tree, channel(OPTIONS))).toBe(
      'order.channel.ts exists and differs; rename it or pass --force.',
    );
    const files = await made(tree, channel({ ...OPTIONS, overwrite: true }));
    expect(files[CHANNEL]).toContain('defineRealtimeChannel');
  });
});

describe('g handler', () => {
  const HANDLER_OPTIONS = { name: 'orders/addNote' };

  it('declares the message, and provides a class that broadcasts what it takes and that nothing exports', async () => {
    const files = await made(project(), channel(OPTIONS), handler(HANDLER_OPTIONS));
    expect(files[CHANNEL]).toContain('  messages: { addNote: OrderPayload },\n});');
    expect(files[HANDLER]).toContain(`  @RealtimeHandler(orderChannel, 'addNote')`);
    expect(files[HANDLER]).toContain(`await ctx.broadcast('noted', payload);`);
    expect(files['src/orders/realtime/handlers/on-add-note.handler.spec.ts']).toContain(
      `await new OnAddNote().handle({ text: 'Hello' }, ctx);`,
    );
    expect(files['src/orders/orders.module.ts']).toContain('providers: [OnAddNote]');
    expect(files['src/orders/index.ts']).not.toContain('OnAddNote');
  });

  it('changes nothing the second time', async () => {
    const tree = project();
    const first = await made(tree, channel(OPTIONS), handler(HANDLER_OPTIONS));
    expect(await made(tree, handler(HANDLER_OPTIONS))).toEqual(first);
  });

  it('takes nothing where events carry nothing', async () => {
    const tree = project({ 'package.json': '{}' });
    const files = await made(tree, channel(OPTIONS), handler(HANDLER_OPTIONS));
    expect(files[CHANNEL]).toContain('messages: { addNote: null }');
    expect(files[HANDLER]).toContain('_payload: undefined,');
    expect(files[HANDLER]).toContain(`await ctx.broadcast('noted');`);
  });

  const declared = (fields: string): string =>
    `import { defineRealtimeChannel } from 'nestjs-realtime';\nexport const orderChannel = defineRealtimeChannel({ name: 'orders', scope: 'public'${fields} });\n`;

  it.each([
    [
      'a message that is there',
      `, events: { noted: Note }, messages: { addNote: Note }`,
      `broadcast('noted', payload)`,
      false,
    ],
    [
      'a message that says more',
      `, events: { noted: Note }, messages: { addNote: { payload: Note } }`,
      `broadcast('noted', payload)`,
      false,
    ],
    ['a message without an event like it', `, events: { noted: A }, messages: { addNote: B }`, 'handle(): void', false],
    ['other messages', `, events: { noted: Note }, messages: { other: X }`, `broadcast('noted', payload)`, true],
    ['no events', '', 'handle(): void', true],
    ['events that are no names', `, events: { noted: z.string() }`, 'handle(): void', true],
  ])('reads a channel that people have edited: %s', async (_, fields, text, adds) => {
    const channelText = declared(fields);
    const tree = project({ [CHANNEL]: channelText });
    const files = await made(tree, handler(HANDLER_OPTIONS));
    expect(files[HANDLER]).toContain(text);
    expect(files[CHANNEL] !== channelText).toBe(adds);
    expect(files['src/orders/realtime/handlers/on-add-note.handler.spec.ts']).toContain('toBeDefined()');
  });

  it.each([
    [
      'no channel',
      undefined,
      'No channel in src/orders/realtime; make one with "npx nestjs-realtime g channel orders/name".',
    ],
    [
      'messages that are no literal',
      declared(', messages'),
      'The messages of orderChannel in src/orders/realtime/order.channel.ts are not an object literal. Add addNote',
    ],
    ['one message for all', declared(', message: Note'), 'are not an object literal.'],
    [
      'a declaration that is no literal',
      `const orderChannel = defineRealtimeChannel(x);`,
      'orderChannel in src/orders/realtime/order.channel.ts is not declared by a literal;',
    ],
    ['no declaration', 'export {};', 'declares 0 channels, not 1;'],
    ['two', declared('') + declared(''), 'declares 2 channels, not 1;'],
    ['a file that does not parse', 'const = 1', 'order.channel.ts:1 does not parse ('],
  ])('refuses %s in one line', async (_, text, message) => {
    const tree = project(text === undefined ? {} : { [CHANNEL]: text });
    expect(await refusal(tree, handler(HANDLER_OPTIONS))).toContain(message);
  });

  it('asks which one where the feature has several channels', async () => {
    const tree = project();
    await made(tree, channel(OPTIONS), channel({ name: 'orders/status' }));
    expect(await refusal(tree, handler(HANDLER_OPTIONS))).toBe(
      'src/orders/realtime has 2 channels (order, status); name one with --channel.',
    );
    expect(await refusal(tree, handler({ ...HANDLER_OPTIONS, channel: 'gone' }))).toContain('No channel "gone" in');
    const files = await made(tree, handler({ ...HANDLER_OPTIONS, channel: 'status' }));
    expect(files[HANDLER]).toContain('@RealtimeChannel(statusChannel)');
  });
});

describe('g authenticator', () => {
  const FILE = 'src/realtime/app.authenticator.ts';

  it.each([
    ['session', 'extends SessionAuthenticator'],
    ['jwt', 'extends IRealtimeAuthenticator'],
  ])('makes one for %s that refuses, and names it in forRoot of the root module', async (auth, text) => {
    const tree = project();
    const files = await made(tree, authenticator({ auth }));
    expect(files[FILE]).toContain(text);
    expect(files[FILE]).toContain('new UnauthorizedException(');
    expect(files['src/app.module.ts']).toContain(
      `RealtimeModule.forRoot({ authenticator: AppAuthenticator, hosts: ['localhost', '127.0.0.1'] })`,
    );
    expect(await made(tree, authenticator({ auth }))).toEqual(files);
  });

  it('finds the root module through the entry file of the project', async () => {
    const tree = project({
      'nest-cli.json': '{ "projects": { "admin": { "sourceRoot": "apps/admin/src", "entryFile": "server" } } }',
      'apps/admin/src/server.ts': `import { AdminModule } from './admin.module';\nNestFactory.create<X>(AdminModule, {});`,
      'apps/admin/src/admin.module.ts': `import { Module } from '@nestjs/common';\n@Module({})\nexport class AdminModule {}\n`,
    });
    const files = await made(tree, authenticator({ project: 'admin' }));
    expect(files['apps/admin/src/admin.module.ts']).toContain('AppAuthenticator');
  });

  it('refuses where there is no root module, and an unknown way', async () => {
    const tree = project({ 'src/main.ts': 'start();' });
    tree.files.delete('src/app.module.ts');
    expect(await refusal(tree, authenticator({}))).toContain(
      'No root module: src/main.ts passes none to NestFactory.create();',
    );
    expect(await refusal(project(), authenticator({ auth: 'magic' }))).toContain('"magic" is no way to authenticate;');
  });
});

describe('the TypeScript of the project', () => {
  /** A folder with packages whose entry is the given text. */
  function installed(packages: Readonly<Record<string, string>>): string {
    const root = mkdtempSync(join(tmpdir(), 'typescript-'));
    for (const [name, text] of Object.entries(packages)) {
      const folder = join(root, 'node_modules', name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{}');
      writeFileSync(join(folder, 'index.js'), text);
    }
    return root;
  }
  const NATIVE = { typescript: 'exports.version = "7.0.0";' };

  it('is refused where it has no compiler API', () => {
    expect(() => projectTypeScript(installed(NATIVE))).toThrow(
      'No TypeScript with a compiler API; install typescript@6.',
    );
  });

  it('is that of the Nest CLI where the project has another', () => {
    const root = installed({
      ...NATIVE,
      '@nestjs/cli': '',
      '@nestjs/cli/node_modules/typescript': 'exports.createSourceFile = () => "of the Nest CLI";',
    });
    expect((projectTypeScript(root).createSourceFile as () => unknown)()).toBe('of the Nest CLI');
  });
});
