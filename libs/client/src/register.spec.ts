// Which channels does a client know that is made without a type argument? Those of `Register`. An augmentation is global, so each case
// is a program of its own.
import { describe, expect, it } from '@jest/globals';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const FILE = join(root, 'libs/client/test/application.ts');
const REGISTER = `
  import type * as channels from '../../contract/test/channels.js';
  declare module '@nestjs-realtime/client' {
    interface Register { channels: typeof channels }
  }`;

/** What the compiler says about an application, with the line where it says so. */
function diagnosticsOf(source: string): { line: number; message: string }[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const [readFile, fileExists] = [host.readFile, host.fileExists];
  host.readFile = (path) => (path === FILE ? source : readFile(path));
  host.fileExists = (path) => path === FILE || fileExists(path);
  const program = ts.createProgram([FILE], { ...options, noEmit: true, noUnusedLocals: false, types: [] }, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => ({
    line: file!.getLineAndCharacterOfPosition(start!).line,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));
}

describe('an application that registers its channels', () => {
  it('needs no type argument', () => {
    expect(
      diagnosticsOf(`${REGISTER}
        import { createRealtimeClient, type RealtimeClient } from '@nestjs-realtime/client';
        const client: RealtimeClient = createRealtimeClient();
        client.channel('orders.{orderId}', { orderId: '42' }).on('shipped', ({ at }) => at.toUpperCase());
        client.channel('inbox.{userId}').on('mail', ({ text }) => text.toUpperCase());
        void client.channel('orders.{orderId}', { orderId: '42' }).send('bid', { amount: 1 }).then(({ rank }) => rank + 1);
      `),
    ).toEqual([]);
  });

  it('cannot name another channel, and hears what is wrong in one sentence', () => {
    const [error, ...others] = diagnosticsOf(`${REGISTER}
      import { createRealtimeClient } from '@nestjs-realtime/client';
      createRealtimeClient().channel('order.{orderId}', { orderId: '42' });
    `);
    expect(others).toEqual([]);
    expect(error.message).toMatch(/^Argument of type '"order.{orderId}"' is not assignable to parameter of type /);
    expect(error.message).toContain('"orders.{orderId}"');
  });

  it('is not restricted where it registers none', () => {
    expect(
      diagnosticsOf(`
        import { createRealtimeClient } from '@nestjs-realtime/client';
        createRealtimeClient().channel('whatever.{id}', { id: '1' }).on('x', (payload: unknown) => payload);
      `),
    ).toEqual([]);
  });
});

describe('what the compiler says of a mistake', () => {
  const mistakes: readonly (readonly [line: string, message: string])[] = [
    ["client.channel('orders.{orderId}');", 'Expected 2-3 arguments, but got 1.'],
    [
      "client.channel('orders.{orderId}', { id: '42' });",
      "'id' does not exist in type '{ readonly orderId: string; }'.",
    ],
    ["client.channel('orders.{orderId}', { orderId: 42 });", "Type 'number' is not assignable to type 'string'."],
    ["client.channel(orders, { id: '42' });", "'id' does not exist in type '{ readonly orderId: string; }'."],
    ["order.on('ship', () => undefined);", `Argument of type '"ship"' is not assignable to parameter of type`],
    ["order.on('shipped', ({ date }) => date);", "Property 'date' does not exist on type"],
    ["order.send('addNote', { txt: '' });", "'txt' does not exist in type"],
    ["order.send('addNote', { text: 1 });", "Type 'number' is not assignable to type 'string'."],
    ["order.send('shipped', { text: '' });", `Argument of type '"shipped"' is not assignable to parameter of type`],
    ["order.send('addNote');", `Argument of type '"addNote"' is not assignable to parameter of type '"poke"'.`],
    ["order.send('poke', {});", "Argument of type '{}' is not assignable to parameter of type 'undefined'."],
    ["client.send(address, 'addNote', { txt: '' });", "'txt' does not exist in type"],
    ["client.send(address, 'note', { text: '' });", `Argument of type '"note"' is not assignable to parameter of type`],
  ];
  const preamble = [
    "import { createRealtimeClient } from '@nestjs-realtime/client';",
    "import { orders } from '../../contract/test/channels.js';",
    'const client = createRealtimeClient<{ orders: typeof orders }>();',
    "const order = client.channel('orders.{orderId}', { orderId: '42' });",
    "const address = orders.with({ orderId: '42' });",
  ];
  const diagnostics = diagnosticsOf([...preamble, ...mistakes.map(([line]) => line)].join('\n'));

  it.each(mistakes.map(([line, message], i) => ({ line, message, at: preamble.length + i })))(
    'is one sentence about one argument: $line',
    ({ message, at }) => {
      const errors = diagnostics.filter(({ line }) => line === at).map((error) => error.message);
      expect(errors).toEqual([expect.stringContaining(message)]);
      expect(errors[0]).not.toContain('No overload matches this call');
    },
  );

  it('is about these mistakes only', () => {
    expect(diagnostics).toHaveLength(mistakes.length);
  });
});
