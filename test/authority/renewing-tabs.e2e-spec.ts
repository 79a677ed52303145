// What does it cost when many connections of one user renew their credentials at the same moment? One question for each.
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeApps } from '../kit/boot.js';
import { bootAuthority } from './authority-app.js';

const TABS = 90;

describe('many connections of one user', () => {
  afterEach(closeApps);

  it('connections of one user renew their credentials at the same moment with one question each', async () => {
    const { app, accounts } = await bootAuthority();
    accounts.login('ann', 'ann', { roles: ['staff'] });
    const tabs = await Promise.all(Array.from({ length: TABS }, () => app.connect({ as: 'ann' })));
    const asked = accounts.identity.count;
    const held = accounts.identity.hold();
    const replies = tabs.map((tab, index) => {
      // each tab has its own token, with its own end
      const expiresAt = new Date(Date.now() + 3_600_000 + index);
      accounts.login(`tab-${index}`, 'ann', { roles: ['staff'], expiresAt });
      return tab.request('rt:authenticate', { token: `tab-${index}` });
    });
    while (accounts.identity.count < asked + TABS) await new Promise(setImmediate);
    held.release();
    expect((await Promise.all(replies)).every((reply) => (reply as { ok: boolean }).ok)).toBe(true);
    expect(accounts.identity.count).toBe(asked + TABS);
    expect(app.stats().refusals).toEqual({});
  });

  it('connections of one user are refreshed by the credentials that were accepted last', async () => {
    const { app, accounts, connections } = await bootAuthority();
    accounts.login('first', 'ann');
    accounts.login('second', 'ann', { roles: ['staff'] });
    const connected = app.nextHook('connected');
    const tab = await app.connect({ as: 'first' });
    const { connection } = await connected;
    await tab.request('rt:authenticate', { token: 'second' });
    expect(connection.handshake.auth).toEqual({ token: 'second' });
    accounts.logout('first');
    await connections.reauthorize({ userId: 'ann' });
    expect(await tab.subscribe('staff')).toMatchObject({ ok: true });
    // refused credentials change nothing
    await tab.request('rt:authenticate', { token: 'third' });
    expect(connection.handshake.auth).toEqual({ token: 'second' });
  });
});
