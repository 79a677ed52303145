// Does the package.json of every workspace say what npm has to know? The tarballs are asked again when they are packed.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

interface Manifest {
  readonly name: string;
  readonly sideEffects?: unknown;
}

interface Publishable {
  metadataFaults(part: { manifest: Manifest; directory: string }): string[];
  licenceFaults(part: { unpacked: string }, root: string): string[];
  versionFaults(manifests: Manifest[]): string[];
}

const script: string = './publishable.mjs';
const { licenceFaults, metadataFaults, versionFaults } = (await import(script)) as Publishable;
const read = (folder: string) => JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Manifest;
const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8')) as { workspaces: string[] };

describe.each(workspaces)('%s', (directory) => {
  it('says where it comes from, under which licence, and what it runs on', () => {
    expect(metadataFaults({ manifest: read(directory), directory })).toEqual([]);
    expect(licenceFaults({ unpacked: directory }, '.')).toEqual([]);
  });

  it('says whether a bundler may drop its files', () => {
    expect([true, false]).toContain(read(directory).sideEffects);
  });
});

describe('all workspaces', () => {
  it('share one version', () => {
    expect(versionFaults(['.', ...workspaces].map(read))).toEqual([]);
  });
});
