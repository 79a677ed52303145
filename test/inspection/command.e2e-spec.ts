import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildOnce, DEMO, run, runIn, WORKSPACE } from './command-line.js';

const MODULES = 'test/inspection/apps/modules.mjs';

beforeAll(buildOnce);

describe('nestjs-realtime doctor, on built modules', () => {
  it('finds nothing in the demo, in CI either', () => {
    const sound = { code: 0, output: 'The doctor finds nothing.\n', error: '' };
    expect(run('doctor', DEMO)).toEqual(sound);
    expect(run('doctor', DEMO, '--ci')).toEqual(sound);
  });

  it('prints its findings and exits with 0, with 1 in CI', () => {
    const { code, output, error } = run('doctor', MODULES, '--export', 'Polling');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(output).toMatch(/^The doctor has 1 finding:\n {2}warning POLLING: /);
    expect(run('doctor', MODULES, '--export', 'Polling', '--ci')).toEqual({ code: 1, output, error: '' });
  });

  it('looks for tests of channels in every given folder', () => {
    const untested = 'info UNTESTED_CHANNEL: No test speaks of channel "realtime-ping" (pingChannel in ';
    expect(run('doctor', MODULES, '--source', 'src').output).toContain(untested);

    const tests = mkdtempSync(join(tmpdir(), 'doctor-tests-'));
    writeFileSync(join(tests, 'ping.spec.ts'), 'await app.broadcast(pingChannel, pong);');
    const { output } = run('doctor', MODULES, '--source', 'src', '--source', tests);
    rmSync(tests, { recursive: true });
    expect(output).toContain('UNTESTED_CHANNEL');
    expect(output).not.toContain(untested);
  });

  it.each([
    ['nothing is found', [], 0, 'The doctor finds nothing.\n'],
    ['what is found is silenced', ['--export', 'Silenced'], 0, 'The doctor finds nothing.\n'],
    ['something is found', ['--export', 'Polling'], 1, 'The doctor has 1 finding:\n  warning POLLING:'],
  ])(
    'sets the exit code in CI where %s',
    (_title, args, code, output) => {
      expect(run('doctor', MODULES, '--ci', ...args)).toEqual({
        code,
        output: expect.stringMatching(new RegExp(`^${output}`)),
        error: '',
      });
    },
    60_000,
  );

  it.each([
    ['channels are invalid', 'AtFault', 'The application does not boot: RealtimeFault: Realtime channels are invalid:'],
    ['there is no realtime', 'WithoutRealtime', 'RealtimeFault: The application has no realtime'],
  ])(
    'exits with 1 where %s',
    (_title, name, error) => {
      const ended = run('doctor', MODULES, '--export', name);
      expect(ended).toEqual({ code: 1, output: '', error: expect.stringContaining(error) });
    },
    60_000,
  );
});

describe('nestjs-realtime, on its arguments', () => {
  it('takes dist/app.module.js where no file is given', () => {
    const folder = mkdtempSync(join(WORKSPACE, 'dist/default-'));
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist/app.module.js'), `export { AppModule } from '${WORKSPACE}${MODULES}';`);
    const ended = runIn(folder, 'doctor');
    rmSync(folder, { recursive: true });
    expect(ended).toEqual({ code: 0, output: 'The doctor finds nothing.\n', error: '' });
  });

  it.each([
    ['no command', [], 'No command.'],
    ['another command', ['heal'], 'No such command: heal'],
    ['no file', ['doctor'], 'No module file, and there is no dist/app.module.js; build the application'],
    ['two files', ['doctor', MODULES, DEMO], 'One module file, not also dist/src/app.module.js'],
    ['a file that is not there', ['doctor', 'dist/nothing.js'], 'There is no /'],
    ['a folder that is not there', ['doctor', MODULES, '--source', 'nowhere'], 'There is no /'],
    ['an unknown option', ['doctor', MODULES, '--quick'], "Unknown option '--quick'"],
    ['an option of another command', ['list', MODULES, '--ci'], "Unknown option '--ci'"],
    ['text that moves a cursor', ['\u001b[2Jlist'], 'No such command: \\u001b[2Jlist'],
    ['a source instead of a build', ['doctor', 'src/app.module.ts'], 'is not JavaScript; pass the built file'],
    [
      'an export that is not there',
      ['doctor', MODULES, '--export', 'Nothing'],
      'exports no class Nothing; there are: ',
    ],
    ['an export that is no class', ['doctor', MODULES, '--export', 'notAClass'], 'exports no class notAClass'],
  ])(
    'exits with 2 and its usage for %s',
    (_title, args, error) => {
      const ended = run(...args);
      expect(ended).toEqual({ code: 2, output: '', error: expect.stringContaining(error) });
      expect(ended.error).toContain('Usage: nestjs-realtime doctor <module file>');
    },
    60_000,
  );

  it.each(['--help', '-h'])('shows its usage for %s', (option) => {
    expect(run(option)).toEqual({ code: 0, output: expect.stringMatching(/^Usage: /), error: '' });
  });
});
