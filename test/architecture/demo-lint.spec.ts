// Does lint refuse a demo that breaks the rules? docs/rules.md
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

interface LintedFile {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string; readonly message: string }[];
}

mkdirSync('dist', { recursive: true });
/** Inside the repository, so that its configuration is in force. */
const scratch = resolve(mkdtempSync('dist/demo-lint-'));

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function edit(path: string, change: (text: string) => string): void {
  writeFileSync(join(scratch, path), change(readFileSync(join(scratch, path), 'utf8')));
}

/** As `npm run lint` does it, for the scratch copy alone; the folder is ignored otherwise. */
function lint(): { status: number | null; reports: string[] } {
  const args = ['node_modules/eslint/bin/eslint.js', '--no-ignore', '--format', 'json', scratch];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (stdout === '') throw new Error(stderr);
  const reports = (JSON.parse(stdout) as LintedFile[]).flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId, message }) => `${relative(scratch, filePath)}: ${message} (${ruleId})`),
  );
  return { status, reports: reports.sort() };
}

describe('a copy of the demo', () => {
  it('is refused for the rules that it breaks, and for nothing else', () => {
    cpSync('src', join(scratch, 'src'), { recursive: true });
    writeFileSync(
      join(scratch, 'tsconfig.json'),
      '{ "extends": "../../tsconfig.json", "include": ["src"], "exclude": [] }',
    );
    // a barrel of handlers, which the feature gives on
    writeFileSync(
      join(scratch, 'src/newsroom/realtime/index.ts'),
      `export * from './handlers/on-newsroom.handler.js';\n`,
    );
    edit('src/newsroom/index.ts', (text) => `${text}export { OnNewsroom } from './realtime/index.js';\n`);
    edit('src/notifications/index.ts', (text) => `${text}export type { Server } from 'socket.io';\n`);
    // subpaths of a package
    writeFileSync(join(scratch, 'src/realtime-ping/package.json'), '{ "exports": { "./*": "./*.ts" } }');
    edit('src/realtime-ping/realtime/handlers/on-realtime-ping.handler.ts', (text) =>
      text.replace("(pingChannel, 'message')", '()').replace('Promise<void>', 'Promise<unknown>'),
    );
    edit('src/administration/realtime/account.channel.ts', (text) =>
      text.replace("{ userScoped: 'userId' }", "'public'"),
    );
    edit('src/articles/realtime/articles.channel.ts', (text) => `import '../articles.module.js';\n${text}`);

    const { status, reports } = lint();
    expect(reports).toEqual([
      "src/administration/realtime/account.channel.ts: {userId} names a user, but others may subscribe; make the scope { userScoped: 'userId' }. (@nestjs-realtime/user-scoped-param)",
      'src/articles/realtime/articles.channel.ts: A channel file is shared with browsers; import schemas and defineRealtimeChannel only. "../articles.module.js" belongs to the server. (@nestjs-realtime/pure-channel)',
      'src/newsroom/realtime/index.ts: on-newsroom.handler is private to its feature; export the channel instead. (@nestjs-realtime/no-realtime-handler-reexport)',
      'src/notifications/index.ts: Import socket.io only where it is allowed; broadcast through IRealtimeBroadcaster. (@nestjs-realtime/no-direct-socket-io)',
      expect.stringMatching(/on-realtime-ping\.handler\.ts: No client gets .*\(@nestjs-realtime\/no-realtime-rpc\)$/),
      'src/realtime-ping/realtime/handlers/on-realtime-ping.handler.ts: OnRealtimePing is private to its feature; export the channel instead. The subpath "./*" of package.json reaches this file. (@nestjs-realtime/no-realtime-handler-reexport)',
    ]);
    expect(status).toBe(1);
  });
});
