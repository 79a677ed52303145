import { afterEach, describe, expect, it } from '@jest/globals';
import { type RealtimeFinding, RealtimeModule, type RealtimeSettings, renderFindings } from 'nestjs-realtime';
import { boot, closeApps } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { LogBook } from '../kit/log-book.js';

afterEach(closeApps);

describe('a finding as text', () => {
  it('states the problem, how to fix it and how to silence it', () => {
    const polling: RealtimeFinding = { code: 'POLLING', severity: 'warning', message: 'It polls.', fix: 'Stop it.' };
    expect(renderFindings([polling, polling])).toBe(
      'The doctor has 2 findings:\n' +
        '  warning POLLING: It polls.\n    Fix: Stop it.\n' +
        '  warning POLLING: It polls.\n    Fix: Stop it.\n' +
        "  What is meant can be silenced: RealtimeModule.forRoot({ doctor: { silence: ['POLLING'] } })",
    );
    expect(renderFindings([])).toBe('');
  });
});

describe('the doctor at boot', () => {
  const environment = process.env.NODE_ENV;
  afterEach(() => {
    process.env.NODE_ENV = environment;
  });

  async function warningsIn(nodeEnv: string, settings: RealtimeSettings): Promise<string[]> {
    process.env.NODE_ENV = nodeEnv;
    const logger = new LogBook();
    await boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, ...settings })] }, { logger });
    return logger.lines.filter((line) => line.startsWith('warn ') && line.includes('doctor'));
  }

  it('logs its findings once, in one line of the log, during development', async () => {
    const [line, ...more] = await warningsIn('development', { transports: ['polling'] });
    expect(more).toEqual([]);
    expect(line).toContain('The doctor has 2 findings:\n  warning COOKIES_WITHOUT_ORIGINS:');
  });

  it('logs nothing while tests run', async () => {
    expect(await warningsIn('test', { transports: ['polling'] })).toEqual([]);
  });

  it("logs in production, once, that any page may count as the server's own, and nothing else", async () => {
    const [line, ...more] = await warningsIn('production', { transports: ['polling'] });
    expect(more).toEqual([]);
    expect(line).toContain('The doctor has 1 finding:\n  warning ANY_HOST:');
  });

  it.each<RealtimeSettings>([
    { origins: ['https://app.example'] },
    { hosts: ['app.example'] },
    { doctor: { silence: ['ANY_HOST'] } },
  ])('logs nothing in production with %j', async (settings) => {
    expect(await warningsIn('production', { transports: ['polling'], ...settings })).toEqual([]);
  });

  it('logs nothing where it finds nothing', async () => {
    expect(await warningsIn('development', { doctor: { silence: ['COOKIES_WITHOUT_ORIGINS'] } })).toEqual([]);
  });
});
