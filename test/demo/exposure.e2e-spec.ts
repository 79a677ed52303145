// To which peers is the demo open, and can one get in with the published passwords?
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ownPassword } from '../../src/users/demo-users.js';
import { answerTo, UPGRADE, upgradeOf } from '../kit/raw-http.js';
import { DemoProcess } from './demo-process.js';
import { Member } from './member.js';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const PASSWORD = 'correct horse battery';

/** An address by which other machines reach this one, where it has one. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((entry) => entry?.family === 'IPv4' && !entry.internal)?.address;

async function accepts(host: string, port: string): Promise<boolean> {
  const socket = connect(Number(port), host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('the demo', () => {
  let demo: DemoProcess | undefined;
  let directory: string | undefined;

  afterEach(async () => {
    await demo?.stop();
    demo = undefined;
    if (directory) await rm(directory, { recursive: true, force: true });
  });

  const statusFrom = async (host: string): Promise<number> =>
    (await answerTo(demo!.url, [upgradeOf(), `Host: ${host}`, `Origin: http://${host}`, ...UPGRADE])).status;

  it('listens on loopback and accepts pages of loopback names', async () => {
    demo = await DemoProcess.start();
    const { port } = new URL(demo.url);
    expect(await accepts('127.0.0.1', port)).toBe(true);
    if (outside) expect(await accepts(outside, port)).toBe(false);
    for (const own of ['127.0.0.1', 'localhost', '[::1]']) expect(await statusFrom(`${own}:${port}`)).toBe(101);
    expect(await statusFrom(`evil.example:${port}`)).toBe(400);
  });

  it('listens on HOST where it is set, and accepts pages of the names in HOSTS', async () => {
    demo = await DemoProcess.start({ HOST: '0.0.0.0', HOSTS: 'tests.example,127.0.0.1' });
    const { port } = new URL(demo.url);
    expect(await accepts(outside ?? '127.0.0.1', port)).toBe(true);
    for (const own of [`127.0.0.1:${port}`, 'tests.example']) expect(await statusFrom(own)).toBe(101);
    for (const other of ['localhost.evil.example', 'evil.example']) expect(await statusFrom(other)).toBe(400);
  });

  it('refuses to start in production without a password of its own, and names the setting', async () => {
    const DEMO_PASSWORD = '';
    const env = { ...process.env, DATABASE_URL: '', NODE_ENV: 'production', PORT: '0', DEMO_PASSWORD };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(code).toBe(1);
    expect(said).toContain('set DEMO_PASSWORD to one of at least 12 characters');
  });

  it.each(['lovelace', 'eleven char', ' '])('refuses "%s" as a password, in production or not', (DEMO_PASSWORD) => {
    for (const NODE_ENV of ['production', 'development']) {
      expect(() => ownPassword({ NODE_ENV, DEMO_PASSWORD })).toThrow('at least 12 characters');
      expect(ownPassword({ NODE_ENV, DEMO_PASSWORD: PASSWORD })).toBe(PASSWORD);
    }
  });

  it('accepts in production no published password and no session that one began, on a database that has both', async () => {
    directory = await mkdtemp(join(tmpdir(), 'demo-exposure-'));
    demo = await DemoProcess.start({ DATABASE_DIRECTORY: directory });
    const before = await Member.logIn(demo.url, 'ada', 'lovelace');
    expect((await before.ask('GET', '/administration/users')).status).toBe(200);
    const cookie = before.cookie;
    await demo.stop();

    demo = await DemoProcess.start({ DATABASE_DIRECTORY: directory, NODE_ENV: 'production', DEMO_PASSWORD: PASSWORD });
    const after = (path: string): Promise<Response> => fetch(demo!.url + path, { headers: { cookie } });
    expect((await after('/administration/users')).status).toBe(401);
    for (const [userId, published] of [
      ['ada', 'lovelace'],
      ['bob', 'bobsled'],
      ['grace', 'hopper'],
    ]) {
      await expect(Member.logIn(demo.url, userId, published)).rejects.toThrow('401');
      await Member.logIn(demo.url, userId, PASSWORD);
    }
  });
});
