import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DemoProcess } from './demo-process.js';

describe('a session of the demo', () => {
  let demo: DemoProcess;

  beforeAll(async () => {
    demo = await DemoProcess.start();
  });

  afterAll(async () => {
    await demo?.stop();
  });

  function logIn(userId: string, password: string): Promise<Response> {
    return send('POST', { 'Content-Type': 'application/json' }, JSON.stringify({ userId, password }));
  }

  function send(method: string, headers: Record<string, string> = {}, body?: string): Promise<Response> {
    return fetch(`${demo.url}/session`, { method, headers, body });
  }

  function cookieOf(response: Response): string {
    return response.headers.get('set-cookie')?.split(';')[0] ?? '';
  }

  it('has a random cookie that scripts cannot read and other sites cannot send', async () => {
    const [first, second] = await Promise.all([logIn('ada', 'lovelace'), logIn('ada', 'lovelace')]);
    expect(first.headers.get('set-cookie')).toMatch(
      /^session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(cookieOf(first)).not.toBe(cookieOf(second));
    expect(await first.json()).toEqual({
      user: { id: 'ada', name: 'Ada', roles: ['admin', 'editor'], permissions: ['articles.publish', 'users.manage'] },
    });
  });

  it('ends when its user logs out, and its cookie is removed', async () => {
    const Cookie = cookieOf(await logIn('bob', 'bobsled'));
    expect(await (await send('GET', { Cookie })).json()).toMatchObject({ user: { id: 'bob' } });
    expect((await send('DELETE', { Cookie })).status).toBe(204);
    const stale = await send('GET', { Cookie });
    expect(await stale.json()).toEqual({ user: null });
    expect(stale.headers.get('set-cookie')).toMatch(/^session=; Max-Age=0/);
  });

  it('ends the previous session when the same browser logs in again', async () => {
    const Cookie = cookieOf(await logIn('bob', 'bobsled'));
    const headers = { Cookie, 'Content-Type': 'application/json' };
    await send('POST', headers, JSON.stringify({ userId: 'ada', password: 'lovelace' }));
    expect(await (await send('GET', { Cookie })).json()).toEqual({ user: null });
  });

  it('begins with the right name and password only; the refusal does not say which of them is wrong', async () => {
    const [password, name] = await Promise.all([logIn('ada', 'hopper'), logIn('nobody', 'nobody')]);
    expect([password.status, name.status]).toEqual([401, 401]);
    expect(await password.text()).toBe(await name.text());
    expect([cookieOf(password), cookieOf(name)]).toEqual(['', '']);
    expect((await logIn('ada', 'x'.repeat(201))).status).toBe(400);
  });

  it('does not begin by a form on another site', async () => {
    const form = await send(
      'POST',
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      'userId=ada&password=lovelace',
    );
    const text = await send('POST', { 'Content-Type': 'text/plain' }, '{"userId":"ada","password":"lovelace"}');
    expect([form.status, text.status]).toEqual([400, 400]);
    expect([cookieOf(form), cookieOf(text)]).toEqual(['', '']);
  });

  it('locks a name after a few wrong passwords a minute, even for the right password', async () => {
    const guesses = await Promise.all(Array.from({ length: 12 }, (_, n) => logIn('grace', `guess ${n}`)));
    const statuses = guesses.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(7);
    const refused = await logIn('grace', 'hopper');
    expect([refused.status, cookieOf(refused)]).toEqual([429, '']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ message: expect.stringContaining('Too many attempts') });
  });

  it('begins as often as wanted with the right password', async () => {
    for (let n = 0; n < 25; n++) expect((await logIn('bob', 'bobsled')).status).toBe(201);
  });

  it('locks an address that guesses the passwords of many names', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `name-${n}`);
    const statuses = await Promise.all(names.map(async (name) => (await logIn(name, 'a guess')).status));
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(20);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(20);
    expect((await logIn('bob', 'bobsled')).status).toBe(429);
  });

  it('belongs to a page that runs no scripts but our own files', async () => {
    for (const path of ['/', '/page.js', '/session', '/nothing-here']) {
      const { headers } = await fetch(demo.url + path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'self'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});
