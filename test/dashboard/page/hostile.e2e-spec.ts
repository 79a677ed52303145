import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { DashboardSnapshot } from '../../../libs/dashboard/src/wire/feed.frames.js';
import { launchChromium } from '../../chromium/launch-chromium.js';
import { closeApps } from '../../kit/boot.js';
import { channel, connection, frame, snapshot } from './sample-feed.js';
import { row } from './sample-rows.js';
import { StandIn } from './stand-in.js';
import { Watcher } from './watcher.js';

const HOSTILE = [
  '<img src=x onerror="document.title=\'owned\'">',
  '</script><script>document.title="owned"</script>',
  'javascript:document.title="owned"',
  '"><svg onload=document.title="owned"><style>*{display:none}</style>',
  '<iframe srcdoc="<script>parent.document.title=1</script>"></iframe>',
  '__proto__',
  '\u202Efdp.exe\u0007',
  '${7*7}{{7*7}}',
  'x'.repeat(900),
];
const PANELS = ['Stream', 'Nodes', 'Job queues', 'Handlers', 'Slow consumers', 'Channels', 'Connections', 'Refusals'];

/** A snapshot in which every string from outside is hostile. */
function hostileSnapshot(): DashboardSnapshot {
  const each = <Row>(make: (text: string, i: number) => Row): Row[] => HOSTILE.map(make);
  return snapshot({
    payloads: 'shown',
    nodes: each((nodeId) => ({
      nodeId,
      figures: {
        state: 'accepting',
        fanOut: 'fast',
        broker: null,
        version: nodeId,
        connections: 1,
        users: 1,
        subscriptions: 1,
        deliveries: 1,
        uptimeSeconds: 1,
        rssBytes: 1,
        loopLagMs: 1,
      },
    })),
    connections: {
      rows: each((text, i) =>
        connection({
          connectionId: `${i}`,
          userId: text,
          roles: [text],
          address: text,
          userAgent: text,
          channels: [text],
        }),
      ),
      more: 1,
    },
    channels: { rows: each((text) => channel(text, { template: text })), more: 1 },
    handlers: each((text) => ({ template: text, message: text, count: 1, failures: 1, p50Ms: 1, p99Ms: 1 })),
    queues: each((name) => ({ name, state: 'down', waiting: 0, active: 0, completed: 0, failed: 0 })),
    rows: HOSTILE.flatMap((text, story) => {
      const names = { channel: text, message: text, userId: text };
      const payload = JSON.stringify({ [text]: text });
      return [
        row({ kind: 'event', name: text, story, payload }),
        row({ kind: 'bridge', name: text, template: text, event: text, channels: [text], error: text, story }),
        row({ kind: 'broadcast', channel: text, event: text, payloadBytes: 1, deliveries: 1, story, payload: text }),
        row({ kind: 'message', ...names, code: 'INTERNAL', durationMs: 1, payload: text }),
        row({ kind: 'refusal', ...names, gate: 'message', code: 'FORBIDDEN', reason: text, connectionId: text }),
        row({ kind: 'slow-consumer', connectionId: text, userId: text, channel: text, policy: 'drop', queuedBytes: 1 }),
        row({ kind: 'job', queue: text, jobId: text, state: 'failed', reason: text }),
        row({ kind: 'action', userId: text, action: 'evict', target: text, channel: text }),
      ];
    }),
  });
}

describe('hostile names, user agents and payloads', () => {
  let browser: Browser;
  let standIn: StandIn;
  let watcher: Watcher;

  beforeAll(async () => {
    browser = await launchChromium();
    standIn = await StandIn.boot();
    standIn.script.snapshot = hostileSnapshot;
    watcher = await (await Watcher.open(browser, standIn.page, { as: 'root' })).live();
  });

  afterAll(async () => {
    await browser?.close();
    await closeApps();
  });

  /** No script has run, nothing was loaded, and the strings are nothing but text. */
  async function expectOnlyText(): Promise<void> {
    const made =
      'img, iframe, svg, object, base, body script, body style, #page a:not([href^="#"]), [onload], [onerror]';
    expect(await watcher.page.locator(made).count()).toBe(0);
    expect(await watcher.page.title()).toBe('Realtime dashboard');
    expect(watcher.page.url()).toBe(standIn.page);
    expect(watcher.complaints).toEqual([]);
  }

  it('are text in every panel', async () => {
    for (const panel of PANELS) {
      const text = await watcher.panel(panel).textContent();
      expect(HOSTILE.filter((each) => !text?.includes(each))).toEqual([]);
    }
    for (const summary of await watcher.page.locator('summary:visible').all()) await summary.click();
    await expectOnlyText();
  });

  it('are text in dialogs and in their outcome', async () => {
    await watcher.button(`a user from ${HOSTILE[0]}`).click();
    expect(await watcher.dialog.textContent()).toContain(HOSTILE[0]);
    await watcher.button('Cancel').click();
    await watcher.button(`Disconnect ${HOSTILE[1]}`).click();
    await watcher.dialog.getByRole('button', { name: 'Disconnect' }).click();
    await watcher.dialog.getByText(`${HOSTILE[1]} is disconnected.`).waitFor();
    await watcher.button('Close').click();
    expect(standIn.script.actions).toEqual([{ disconnect: HOSTILE[1] }]);
    await expectOnlyText();
  });

  it('are text in a story, and in frames', async () => {
    await standIn.send(frame([], { channels: { rows: HOSTILE.map((text) => channel(`new ${text}`)), more: 0 } }));
    await watcher.panel('Channels').getByText(`new ${HOSTILE[0]}`, { exact: true }).waitFor();
    await watcher.page.getByLabel('Filter the stream').fill(HOSTILE[0]);
    await watcher.streamRows('Bus event').click();
    await watcher.panel('Stream').getByRole('heading', { name: HOSTILE[0] }).waitFor();
    await expectOnlyText();
  });

  it('do not make the page wider than a phone', async () => {
    await watcher.page.setViewportSize({ width: 360, height: 740 });
    expect(await watcher.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
});
