import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../chromium/launch-chromium.js';
import { closeApps } from '../../kit/boot.js';
import { bootDashboard, UsersOnly } from '../dashboard-app.js';
import { Watcher } from './watcher.js';

describe('the page of an admin with a token', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  afterEach(closeApps);

  it.each([
    ['anonymous clients may connect', []],
    ['no anonymous client may connect', [UsersOnly]],
  ])('does not begin with refusals of its own, where %s', async (_where, connect) => {
    const app = await bootDashboard({ realtime: { guards: { connect } } });
    const watcher = await Watcher.open(browser, `${app.url}/realtime-dashboard`);
    await watcher.state('refused').waitFor();
    await watcher.page.getByLabel('Token').fill('root');
    await watcher.button('Connect with this token').click();
    await watcher.live();
    await watcher.panel('Stream').getByText('No rows to show.').waitFor();
    await watcher.page.locator('.tile', { hasText: /^Refusals0$/ }).waitFor();
    // A refusal that is not its own is shown, also while the pointer is where no row is yet.
    await watcher.page.locator('.stream').hover();
    await expect(app.connect({ as: 'forged' })).rejects.toThrow();
    await watcher.streamRows('Refusal').waitFor();
    expect(watcher.complaints).toEqual([]);
    await watcher.close();
  });
});
