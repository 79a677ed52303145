// What is in the bundle of a page that uses this client? Its size: test/packaging/door-sizes.spec.ts.
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

async function bundle(contents: string): Promise<{ files: string[]; imports: string[] }> {
  const { metafile } = await build({
    stdin: { contents, resolveDir: join(root, 'libs/client/src'), loader: 'ts' },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2020',
    external: ['socket.io-client'],
    tsconfig: join(root, 'tsconfig.json'),
    metafile: true,
    write: false,
  });
  const [output] = Object.values(metafile.outputs);
  const files = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return {
    files: files.map(([name]) => name),
    imports: output.imports.map(({ path }) => path),
  };
}

describe('the browser bundle', () => {
  const everything = bundle(`export * from './index.js';`);

  it('imports socket.io-client, from one file, and nothing of Node', async () => {
    expect((await everything).imports).toEqual(['socket.io-client']);
  });

  it('contains only tables and small functions of the contract', async () => {
    const contract = (await everything).files.filter((file) => !file.startsWith('libs/client/src/'));
    expect(contract.sort()).toEqual([
      'libs/contract/src/channel-errors.ts',
      'libs/contract/src/channel-param.ts',
      'libs/contract/src/duration.ts',
      'libs/contract/src/frames.ts',
    ]);
  });

  it('contains no Socket.IO where tests use the mock', async () => {
    expect((await bundle(`export * from './testing/index.js';`)).imports).toEqual([]);
  });

  it('contains no channel declaration when channels are named by their types', async () => {
    const { files } = await bundle(`
      import type * as channels from '../../contract/test/channels.js';
      import { createRealtimeClient } from './index.js';
      createRealtimeClient<typeof channels>().channel('orders.{orderId}', { orderId: '42' });
      createRealtimeClient().channel<typeof channels.orders>('orders.{orderId}', { orderId: '42' });
    `);
    expect(files).not.toContain('libs/contract/src/define-realtime-channel.ts');
    expect(files.filter((file) => file.startsWith('libs/client/test/'))).toEqual([]);
  });
});
