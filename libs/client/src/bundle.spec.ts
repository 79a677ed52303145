// What does a browser download of this client, beside socket.io-client?
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

async function bundle(contents: string): Promise<{ code: Uint8Array; files: string[]; imports: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: join(root, 'libs/client/src'), loader: 'ts' },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['socket.io-client'],
    tsconfig: join(root, 'tsconfig.json'),
    metafile: true,
    write: false,
  });
  const [output] = Object.values(metafile.outputs);
  const files = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return {
    code: outputFiles[0].contents,
    files: files.map(([name]) => name),
    imports: output.imports.map(({ path }) => path),
  };
}

describe('the browser bundle', () => {
  const everything = bundle(`export * from './index.js';`);

  it('is below 5.1 kB, minified and compressed', async () => {
    const bytes = gzipSync((await everything).code, { level: 9 }).length;
    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes).toBeLessThan(5_100);
  });

  it('imports socket.io-client, from one file, and nothing of Node', async () => {
    expect((await everything).imports).toEqual(['socket.io-client']);
  });

  it('contains only tables and small functions of the contract', async () => {
    const contract = (await everything).files.filter((file) => !file.startsWith('libs/client/src/'));
    expect(contract.sort()).toEqual([
      'libs/contract/src/channel-errors.ts',
      'libs/contract/src/channel-param.ts',
      'libs/contract/src/frames.ts',
    ]);
  });

  it('contains no channel declaration when the channel is named by its type', async () => {
    const { files } = await bundle(`
      import type { defineRealtimeChannel } from '@nestjs-realtime/contract';
      import { createRealtimeClient } from './index.js';
      type Orders = ReturnType<typeof defineRealtimeChannel<'orders.{orderId}'>>;
      createRealtimeClient().channel<Orders>('orders.{orderId}', { orderId: '42' });
    `);
    expect(files).not.toContain('libs/contract/src/define-realtime-channel.ts');
  });
});
