// What does a browser download of each door that it may open, beside what the package depends on?
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

interface Manifest {
  readonly name: string;
  readonly exports: Record<string, string | { types: string }>;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

/** Bytes, minified and compressed. A door that is missing here fails below: say what it may cost. */
const LIMITS: Record<string, number> = {
  '@nestjs-realtime/contract': 7_000,
  '@nestjs-realtime/client': 15_000,
  // with the client, which it uses
  '@nestjs-realtime/client/react': 16_900,
  '@nestjs-realtime/client/testing': 15_000,
};

const doors = ['libs/contract', 'libs/client'].flatMap((folder) => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  return Object.entries(manifest.exports).flatMap(([door, target]) =>
    typeof target === 'string'
      ? []
      : [{ specifier: manifest.name + door.slice(1), folder, manifest, source: sourceOf(folder, target.types) }],
  );
});

function sourceOf(folder: string, types: string): string {
  const source = join(folder, types.replace('./dist/', 'src/').replace('.d.ts', '.ts'));
  if (!existsSync(source)) throw new Error(`${source} is missing, the source of ${types}`);
  return source;
}

/** What is imported from Node makes the build fail. */
async function compressedSize({ folder, manifest, source }: (typeof doors)[number]): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2020',
    external: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    tsconfig: join(folder, 'tsconfig.lib.json'),
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

describe('a door that browsers open', () => {
  it.each(doors)('has a limit, and is below it: $specifier', async (door) => {
    const bytes = await compressedSize(door);
    expect(bytes).toBeGreaterThan(500);
    expect(bytes).toBeLessThan(LIMITS[door.specifier] ?? 0);
  });

  it('is the only kind with a limit', () => {
    expect(doors.map(({ specifier }) => specifier)).toEqual(Object.keys(LIMITS));
  });
});
