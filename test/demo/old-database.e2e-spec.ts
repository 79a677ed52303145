import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { EmbeddedDatabase } from '../../src/database/embedded-database.js';
import { migrate } from '../../src/database/migrate.js';
import { migrations } from '../../src/database/migrations.js';
import { launchChromium } from '../chromium/launch-chromium.js';
import { DemoProcess } from './demo-process.js';
import { Member } from './member.js';
import { Reader } from './reader.js';

const NAME = `<img src=x onerror="document.title='script'">"&\u202e<script>document.title='script'</script>`;
const ROLE = `<b onclick="alert(1)">50% "off"/?#</b>`;

describe('the demo on a database from before the table of roles, with hostile names in it', () => {
  let directory: string;
  let demo: DemoProcess;
  let browser: Browser;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'demo-database-'));
    const database = await EmbeddedDatabase.open(directory);
    await migrate(database, migrations.slice(0, 3));
    await database.query("INSERT INTO users VALUES ('mallory', $1, '-:-')", [NAME]);
    await database.query("INSERT INTO user_roles VALUES ('mallory', 'editor'), ('mallory', $1)", [ROLE]);
    await database.close();
    [demo, browser] = await Promise.all([DemoProcess.start({ DATABASE_DIRECTORY: directory }), launchChromium()]);
  });

  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('keeps the users and roles of that database, and answers with them as data', async () => {
    const ada = await Member.logIn(demo.url, 'ada', 'lovelace');
    const answer = await ada.ask('GET', '/administration/users');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.json()).toContainEqual({
      id: 'mallory',
      name: NAME,
      roles: [ROLE, 'editor'],
      permissions: ['articles.publish'],
    });
    const roles = await (await ada.ask('GET', '/administration/roles')).json();
    expect(roles).toContainEqual({ name: ROLE, description: '', permissions: [] });
    const refusal = await ada.ask('PUT', `/administration/users/${encodeURIComponent(NAME)}/roles/editor`);
    expect(refusal.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await refusal.text()).not.toContain('<');
  });

  it('shows names as text, and changes a role whatever its name is', async () => {
    const reader = await Reader.open(browser, demo.url);
    const dialogs: string[] = [];
    reader.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await reader.logIn('ada', 'lovelace');
    const row = reader.page.locator('#users li', { hasText: 'mallory' });
    const box = row.locator('label', { hasText: ROLE }).locator('input');
    await row.waitFor();
    expect(await row.locator('.who').textContent()).toBe(`${NAME} mallory`);
    expect(await box.isChecked()).toBe(true);
    await box.uncheck();
    const news = reader.page.locator('#administration-news');
    await news.filter({ hasText: 'Ada took the role' }).waitFor();
    expect(await news.textContent()).toBe(`Ada took the role ${ROLE} from ${NAME}.`);
    expect(await reader.page.locator('#administration').locator('img, script, b').count()).toBe(0);
    expect(await reader.page.title()).toContain('The Open Tab');
    expect([...reader.complaints, ...dialogs]).toEqual([]);
    await reader.page.reload();
    await box.waitFor();
    expect(await box.isChecked()).toBe(false);
    await reader.context.close();
  });
});
