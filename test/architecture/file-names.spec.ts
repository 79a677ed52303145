// Does a file's name say its role? CONTRIBUTING.md, "Layout": a dot-suffix is a role, no suffix is plain TypeScript.
import { describe, expect, it } from '@jest/globals';
import { sourceFiles } from './source-files.js';

/** What Nest constructs: each has a file of its own, named `<name>.<role>.ts`. */
const CONSTRUCTED = /^\s*@(Injectable|Module|Controller|Catch|WebSocketGateway)\(/m;

/** Roles of files whose classes and functions Nest does not construct by a decorator of their own. */
const DECLARED_ROLES = [
  'actions',
  'async-options',
  'authenticator',
  'bridge',
  'broadcaster',
  'broker',
  'channel',
  'check',
  'collector',
  'command',
  'compiler',
  'connection',
  'connections',
  'decorator',
  'event',
  'exception',
  'faults',
  'feed',
  'frames',
  'handler',
  'history',
  'listener',
  'options',
  'panel',
  'parts',
  'presence',
  'queue',
  'registry',
  'server',
  'settings',
  'store',
  'stream',
  'tracer',
  'watch',
];

const files = sourceFiles('libs/realtime/src', 'libs/dashboard/src', 'src').filter(
  ({ path }) => !/\.(spec|test-d)\.ts$|\/page\//.test(path),
);

function roleOf(path: string): string | undefined {
  return /\/[a-z0-9-]+\.([a-z0-9-]+)\.ts$/.exec(path)?.[1];
}

describe('file names', () => {
  it('have a role where Nest constructs what the file holds', () => {
    const nameless = files.filter(({ path, text }) => CONSTRUCTED.test(text) && roleOf(path) === undefined);
    expect(nameless.map(({ path }) => path)).toEqual([]);
  });

  it('have no role that is neither constructed nor declared', () => {
    const odd = files.filter(({ path, text }) => {
      const role = roleOf(path);
      return role !== undefined && !CONSTRUCTED.test(text) && !DECLARED_ROLES.includes(role);
    });
    expect(odd.map(({ path }) => path)).toEqual([]);
  });
});
