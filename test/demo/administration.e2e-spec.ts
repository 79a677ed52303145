import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../kit/client.js';
import { DemoProcess } from './demo-process.js';
import { Member } from './member.js';

const USERS = 'administration.users';

describe('the administration of the demo', () => {
  let demo: DemoProcess;
  let ada: Member;
  let bob: Member;
  let grace: Member;
  const clients: Client[] = [];

  beforeAll(async () => {
    demo = await DemoProcess.start();
    [ada, bob, grace] = await Promise.all([
      Member.logIn(demo.url, 'ada', 'lovelace'),
      Member.logIn(demo.url, 'bob', 'bobsled'),
      Member.logIn(demo.url, 'grace', 'hopper'),
    ]);
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  afterAll(async () => {
    await demo?.stop();
  });

  async function connect(member: Member): Promise<Client> {
    const client = await member.connect();
    clients.push(client);
    return client;
  }

  async function rolesOf(userId: string): Promise<string[]> {
    const users = await (await ada.ask('GET', '/administration/users')).json();
    return users.find(({ id }: { id: string }) => id === userId).roles;
  }

  it('lists users with their roles and permissions, and without passwords', async () => {
    const users = await (await ada.ask('GET', '/administration/users')).json();
    expect(users).toEqual([
      { id: 'ada', name: 'Ada', roles: ['admin', 'editor'], permissions: ['articles.publish', 'users.manage'] },
      { id: 'bob', name: 'Bob', roles: ['reader'], permissions: [] },
      { id: 'grace', name: 'Grace', roles: ['editor'], permissions: ['articles.publish'] },
    ]);
    const roles = await (await ada.ask('GET', '/administration/roles')).json();
    expect(roles).toEqual([
      { name: 'admin', description: expect.any(String), permissions: ['users.manage'] },
      { name: 'editor', description: expect.any(String), permissions: ['articles.publish'] },
      { name: 'reader', description: expect.any(String), permissions: [] },
    ]);
  });

  it('is closed to users who may not manage users, over HTTP and on its channel', async () => {
    for (const [member, status, code] of [
      [Member.guest(demo.url), 401, 'UNAUTHENTICATED'],
      [bob, 403, 'FORBIDDEN'],
      [grace, 403, 'FORBIDDEN'],
    ] as const) {
      expect((await member.ask('GET', '/administration/users')).status).toBe(status);
      expect((await member.ask('GET', '/administration/roles')).status).toBe(status);
      expect(await member.change('PUT', 'bob', 'admin')).toBe(status);
      expect(await member.change('DELETE', 'ada', 'admin')).toBe(status);
      expect(await (await connect(member)).subscribe(USERS)).toMatchObject({ ok: false, error: { code } });
    }
    expect(await (await bob.ask('GET', '/administration/users')).json()).toMatchObject({
      message: 'You need the permission users.manage.',
    });
    expect([await rolesOf('ada'), await rolesOf('bob')]).toEqual([['admin', 'editor'], ['reader']]);
  });

  it('gives and takes a role with effect on open connections, before it answers', async () => {
    const ofBob = await connect(bob);
    const ofGrace = await connect(grace);
    expect(await ofBob.subscribe('newsroom')).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    await ofGrace.subscribe('newsroom');

    expect(await ada.change('PUT', 'bob', 'editor')).toBe(204);
    expect(await ofBob.subscribe('newsroom')).toMatchObject({ ok: true });
    expect(await ofBob.send('newsroom', 'say', { text: 'Hello.' })).toMatchObject({ ok: true });
    expect((await bob.ask('POST', '/articles', { title: 'By Bob', body: 'The first.' })).status).toBe(201);

    expect(await ada.change('DELETE', 'bob', 'editor')).toBe(204);
    // Everything sent by now arrives before this reply, so the lease had no part in it.
    await ofBob.settle();
    expect(ofBob.log).toContain('rt:evicted');
    expect(await ofBob.next('rt:evicted')).toEqual([{ channel: 'newsroom', code: 'REVOKED', retryable: false }]);
    expect(await ofGrace.send('newsroom', 'say', { text: 'Bob is gone.' })).toMatchObject({ ok: true });
    expect(await ofBob.send('newsroom', 'say', { text: 'Am I?' })).toMatchObject({ ok: false });
    expect((await bob.ask('POST', '/articles', { title: 'By Bob', body: 'The second.' })).status).toBe(403);
    await Promise.all([ofBob.settle(), ofGrace.settle()]);
    const texts = [ofBob, ofGrace].map(({ events }) =>
      events.filter(({ channel }) => channel === 'newsroom').map(({ payload }) => (payload as { text: string }).text),
    );
    expect(texts).toEqual([['Hello.'], ['Hello.', 'Bob is gone.']]);
  });

  it('notifies admins and the affected user of a change once, and a former admin no more', async () => {
    const [adas, ofBob, ofGrace] = [await connect(ada), await connect(bob), await connect(grace)];
    expect(await ofGrace.subscribe('account.user.bob')).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    await Promise.all([
      adas.subscribe(USERS),
      ofBob.subscribe('account.user.bob'),
      ada.change('PUT', 'grace', 'admin'),
    ]);
    expect(await ofGrace.subscribe(USERS)).toMatchObject({ ok: true });
    await adas.next('rt:event');

    expect(await Promise.all([1, 2, 3].map(() => ada.change('PUT', 'bob', 'editor')))).toEqual([204, 204, 204]);
    await ada.change('DELETE', 'bob', 'editor');
    await ada.change('DELETE', 'grace', 'admin');
    const [last] = await Promise.all([1, 2, 3].map(() => adas.next('rt:event'))).then((events) => events.slice(-1));
    const change = { role: 'editor', granted: true, by: 'Ada', userId: 'bob' };
    expect(last).toEqual([USERS, 'roleChanged', { userId: 'grace', role: 'admin', granted: false, by: 'Ada' }]);
    await Promise.all([adas.settle(), ofBob.settle(), ofGrace.settle()]);
    expect(ofBob.events.map(({ payload }) => payload)).toEqual([change, { ...change, granted: false }]);
    const heardByGrace = ofGrace.events.filter(({ channel }) => channel === USERS).map(({ payload }) => payload);
    expect(heardByGrace.slice(-2)).toEqual([change, { ...change, granted: false }]);
  });

  it('does not let admins take the role away from themselves', async () => {
    const client = await connect(ada);
    await client.subscribe(USERS);
    const answer = await ada.ask('DELETE', '/administration/users/ada/roles/admin');
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({
      message: 'You cannot take the role admin away from yourself; another admin can.',
    });
    await client.settle();
    expect(client.log).not.toContain('rt:evicted');
    expect(await rolesOf('ada')).toEqual(['admin', 'editor']);
  });

  it('keeps one admin where two take the role from each other at once', async () => {
    const admins = { ada, grace };
    for (let round = 0; round < 5; round++) {
      await ada.change('PUT', 'grace', 'admin');
      const statuses = await Promise.all([
        ada.change('DELETE', 'grace', 'admin'),
        grace.change('DELETE', 'ada', 'admin'),
      ]);
      expect(statuses.sort()).toEqual([204, 403]);
      const [left, gone] = (await ada.ask('GET', '/administration/users')).ok ? ['ada', 'grace'] : ['grace', 'ada'];
      const admin = admins[left as keyof typeof admins];
      expect(await admin.change('PUT', gone, 'admin')).toBe(204);
      expect(await ada.change('DELETE', 'grace', 'admin')).toBe(204);
    }
    expect([await rolesOf('ada'), await rolesOf('grace')]).toEqual([['admin', 'editor'], ['editor']]);
  });

  it.each([
    ['a user who is not there', 'nobody', 'editor', 404],
    ['a role that is not there', 'bob', 'emperor', 404],
    ['an id with a character that no text column holds', 'bob\0', 'editor', 400],
    ['an id that is longer than any', 'b'.repeat(65), 'editor', 400],
    ['SQL', "bob' OR '1'='1", "editor'; DROP TABLE roles; --", 404],
    ['a key of every object', '__proto__', 'constructor', 404],
  ])('refuses %s with a JSON answer', async (_title, userId, role, status) => {
    const path = `/administration/users/${encodeURIComponent(userId)}/roles/${encodeURIComponent(role)}`;
    for (const method of ['PUT', 'DELETE']) {
      const answer = await ada.ask(method, path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/json; charset=utf-8']);
      expect(await answer.json()).toHaveProperty('message');
    }
    expect(await rolesOf('bob')).toEqual(['reader']);
  });
});
