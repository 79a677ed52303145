// On which Node does this suite run?
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

describe('the Node of this run', () => {
  it('is one that package.json admits', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
    const [, major, minor] = /^>=(\d+)\.(\d+)\.0$/.exec(engines.node)!.map(Number);
    const [ourMajor, ourMinor] = process.versions.node.split('.').map(Number);
    expect(ourMajor * 1000 + ourMinor).toBeGreaterThanOrEqual(major * 1000 + minor);
  });

  it('is the one that test:nodes has named, if it has', () => {
    expect(process.version).toBe(process.env.NODE_UNDER_TEST ?? process.version);
  });
});
