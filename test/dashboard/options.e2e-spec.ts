import { afterEach, describe, expect, it } from '@jest/globals';
import { RealtimeFault, RealtimeModule } from 'nestjs-realtime';
import { RealtimeDashboardModule, RealtimeDashboardOptions } from '@nestjs-realtime/dashboard';
import { boot, closeApps } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { Viewer } from './dashboard-app.js';

describe('the options of the dashboard', () => {
  afterEach(closeApps);

  it('hide payloads and require the role admin by default', () => {
    const { path, home, role, payloads, queues } = new RealtimeDashboardOptions();
    expect({ path, home, role, payloads, queues }).toEqual({
      path: '/realtime-dashboard',
      home: '/',
      role: 'admin',
      payloads: 'hidden',
      queues: null,
    });
  });

  it.each([
    [
      { path: 'dashboard' },
      "path must be one or more segments of letters, digits and _~.-, such as '/realtime-dashboard'",
    ],
    [{ path: '/a/:b' }, 'path must be'],
    [{ path: '/' }, 'path must be'],
    [{ home: 'shop' }, "home must be a path such as '/', a URL such as 'https://app.example', or null for no link"],
    [{ home: 'javascript:alert(1)' }, 'home must be'],
    [{ home: '//evil.example' }, 'home must be'],
    [{ home: '' }, 'home must be'],
    [{ role: ' ' }, "role must be the name of a role, such as 'admin'"],
    [{ payloads: true }, "payloads must be 'hidden' or 'shown'"],
    [{ redact: 'password' }, "redact must be a list of words, such as ['password', 'token']"],
    [{ redact: ['--'] }, 'redact must be'],
    [{ queues: ['mails'] }, 'queues must be a list of BullMQ queues'],
    [{ rolle: 'admin' }, 'rolle is not an option; the options are path, home, role, payloads, redact, queues'],
    [{ constructor: 1 }, 'constructor is not an option'],
  ])('%j is refused, and the error says what is valid', (options, message) => {
    const declare = (): unknown => RealtimeDashboardModule.forRoot(options as never);
    expect(declare).toThrow(RealtimeFault);
    expect(declare).toThrow(message);
  });

  it('are checked together, so that one error names every invalid option', () => {
    const declare = (): unknown => RealtimeDashboardModule.forRoot({ path: '', role: '', payloads: 'some' as never });
    expect(declare).toThrow(/path must[^]*role must[^]*payloads must/);
  });

  it('may all be left out', async () => {
    expect(() => RealtimeDashboardModule.forRoot({ path: undefined, redact: [] })).not.toThrow();
  });

  it('are not enough without RealtimeModule, and the error says so', async () => {
    await expect(boot({ imports: [RealtimeDashboardModule.forRoot()] })).rejects.toThrow(
      'RealtimeDashboardModule needs RealtimeModule.forRoot(); import both.',
    );
  });

  it('work with a RealtimeModule that is not global', async () => {
    const app = await boot({
      imports: [
        RealtimeModule.forRoot({ global: false, authenticator: KnownUsers }),
        RealtimeDashboardModule.forRoot(),
      ],
    });
    expect((await (await Viewer.of(app)).open()).nodes).toHaveLength(1);
    expect((await fetch(`${app.url}/realtime-dashboard`)).status).toBe(200);
  });
});
