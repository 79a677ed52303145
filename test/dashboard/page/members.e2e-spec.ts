// Does the page show how many are in a channel, and who, when the reader asks?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { RealtimeDashboardModule } from '../../../libs/dashboard/src/index.js';
import { launchChromium } from '../../chromium/launch-chromium.js';
import { closeApps } from '../../kit/boot.js';
import { bootPresence, type PresenceApp } from '../../presence/presence-app.js';
import { faintTexts } from './contrast.js';
import { channel, snapshot } from './sample-feed.js';
import { PATH, StandIn } from './stand-in.js';
import { Watcher } from './watcher.js';

let browser: Browser;
let admin: Watcher;
beforeAll(async () => void (browser = await launchChromium()));
afterEach(async () => {
  expect(admin.complaints).toEqual([]);
  await admin.close();
  await closeApps();
});
afterAll(() => browser?.close());

const channelRow = (name: string) => admin.panel('Channels').getByRole('row').filter({ hasText: name });
const memberRow = (name: string) => admin.dialog.getByRole('row').filter({ hasText: name });

describe('the members of a channel on the page', () => {
  let node: PresenceApp;
  const open = async (payloads: 'hidden' | 'shown'): Promise<void> => {
    node = await bootPresence({ presenceGrace: 0 }, [RealtimeDashboardModule.forRoot({ payloads })]);
    admin = await Watcher.open(browser, `${node.app.url}${PATH}`, { as: 'root/admin' });
    await admin.live();
  };
  const join = async (as: string, name: string) => {
    const client = await node.app.connect({ as });
    await client.subscribe(name);
    return client;
  };

  it('are counted as they come and go, and listed when the reader opens the list', async () => {
    await open('hidden');
    await join('ann', 'rooms.1');
    const bob = await join('bob', 'rooms.1');
    await channelRow('rooms.1').getByRole('button', { name: '2 members of rooms.1' }).click();
    await admin.dialog.getByText('2 members on all nodes').waitFor();
    await memberRow('ann').waitFor();
    await memberRow('bob').waitFor();
    expect(await admin.dialog.textContent()).not.toContain('mood');
    bob.close();
    await join('eve', 'rooms.1');
    await join('joe', 'rooms.1');
    await channelRow('rooms.1').getByRole('button', { name: '3 members of rooms.1' }).waitFor();
    await admin.dialog.getByRole('button', { name: 'Read again' }).click();
    await admin.dialog.getByText('3 members on all nodes').waitFor();
    await memberRow('eve').waitFor();
    expect(await memberRow('bob').count()).toBe(0);
    await admin.dialog.getByRole('button', { name: 'Close' }).click();
    await admin.dialogGone();
    const focused = await admin.page.evaluate(() => document.activeElement?.textContent);
    expect(focused).toMatch(/members of rooms\.1/);
  });

  it('have their data beside them where payloads are shown, and joins and users are in the figures', async () => {
    await open('shown');
    node.room.moods.set('ann', { mood: 'busy' });
    await join('ann', 'rooms.1');
    await admin.panel('Totals').getByText('Joins a second').waitFor();
    await admin.panel('Nodes').getByRole('columnheader', { name: 'Users' }).waitFor();
    await channelRow('rooms.1').getByRole('button', { name: '1 member of rooms.1' }).click();
    await memberRow('ann').getByText('{"mood":"busy"}').waitFor();
  });
});

describe('a list of members that the server cuts, or refuses', () => {
  let server: StandIn;
  beforeEach(async () => {
    server = await StandIn.boot();
    server.script.snapshot = () =>
      snapshot({ channels: { rows: [channel('rooms.1', { members: 10_000 }), channel('news')], more: 0 } });
    admin = await (await Watcher.open(browser, server.page, { as: 'root' })).live();
  });

  it('says how many more there are, and shows names as text', async () => {
    const userId = '<img src=x onerror=alert(1)>';
    server.script.members = () => ({ rows: [{ userId, connections: 1, since: 0, data: '<b>' }], more: 9_999 });
    expect(await channelRow('news').getByRole('button', { name: 'members of' }).count()).toBe(0);
    await channelRow('rooms.1').getByRole('button', { name: '10,000 members of rooms.1' }).click();
    await memberRow(userId).getByText('<b>').waitFor();
    await admin.dialog.getByText('9,999 more entries are on the server only.').waitFor();
    await admin.dialog.getByText('10,000 members on all nodes').waitFor();
  });

  it.each(['light', 'dark'] as const)('fits on a phone and is easy to read in %s colours', async (colorScheme) => {
    const data = JSON.stringify({ mood: 'busy', text: 'x'.repeat(500) });
    const member = (userId: string) => ({ userId, connections: 1, since: 0, data });
    server.script.members = () => ({ rows: ['ann', 'y'.repeat(200), 'bob'].map(member), more: 9_997 });
    await admin.close();
    const phone = { viewport: { width: 360, height: 740 }, colorScheme };
    admin = await (await Watcher.open(browser, server.page, { as: 'root', ...phone })).live();
    await channelRow('rooms.1').getByRole('button', { name: 'members of rooms.1' }).click();
    await memberRow('ann').waitFor();
    const box = (await admin.dialog.boundingBox())!;
    expect([box.x >= 0, box.x + box.width <= 360, box.height <= 740]).toEqual([true, true, true]);
    expect(await admin.dialog.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)).toBe(true);
    expect(await faintTexts(admin.page)).toEqual([]);
  });

  it('says why it could not be read', async () => {
    server.script.failure = new Error('broken');
    await channelRow('rooms.1').getByRole('button', { name: 'members of rooms.1' }).click();
    await admin.dialog.getByText('The members could not be read').waitFor();
    server.script.failure = null;
    await admin.dialog.getByRole('button', { name: 'Read again' }).click();
    await admin.dialog.getByText('The channel has no members.').waitFor();
  });
});
