import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { defineRealtimeChannel, RealtimeHooks } from 'nestjs-realtime';
import type { IRealtimeServer } from 'nestjs-realtime/adapters';
import { RealtimeDashboardOptions } from '../dashboard.options.js';
import { DashboardFeed } from './dashboard.feed.js';
import type { DashboardFrame } from '../wire/feed.frames.js';
import { Observations } from './observations.js';
import { OtherNodes } from './other-nodes.js';

const descriptor = defineRealtimeChannel({ name: 'c.{id}', scope: 'public' });

describe('the feed', () => {
  let hooks: RealtimeHooks;
  let feed: DashboardFeed;
  let frames: DashboardFrame[];

  const broadcast = (channel: string, recipients = 1): void =>
    hooks.emit('broadcast', () => ({
      channel: { descriptor, name: channel, params: { id: channel.slice('c.'.length) } },
      event: 'e',
      payloadBytes: 2,
      recipients,
      payload: {},
      cause: null,
    }));

  beforeEach(() => {
    jest.useFakeTimers({ now: 1_000_000 });
    hooks = new RealtimeHooks();
    const stats = { state: 'accepting', fanOut: 'fast', rooms: 0, queuedBytes: 0, deliveries: 0 };
    const server = { stats: () => stats } as unknown as IRealtimeServer;
    frames = [];
    const nodes = { nodeId: 'node-1', version: '1.0.0', ask: () => Promise.resolve([]) };
    const broker = { isLocal: true, health: () => ({ state: 'ok', since: new Date(0) }) as const };
    const presence = { membersIn: () => null, watchEdges: () => undefined };
    const seen = new Observations(hooks, server, new RealtimeDashboardOptions(), { nodes, broker }, presence);
    feed = new DashboardFeed(
      seen,
      'hidden',
      () => 0,
      new OtherNodes(nodes),
      (frame) => void frames.push(frame),
    );
  });

  afterEach(() => {
    feed.stop();
    jest.useRealTimers();
  });

  it('sends at most four frames a second at 2,000 events a second, and counts the rows that did not fit', () => {
    feed.start();
    for (let at = 0; at < 3_000; at++) {
      broadcast(`c.${at % 50}`);
      broadcast(`c.${at % 7}`);
      jest.advanceTimersByTime(1);
    }
    expect(frames).toHaveLength(12);
    const gaps = frames.slice(1).map(({ at }, index) => at - frames[index].at);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(250);
    expect(Math.max(...frames.map(({ rows }) => rows.length))).toBeLessThanOrEqual(200);
    const reported = frames.reduce((sum, { rows, skipped }) => sum + rows.length + skipped, 0);
    expect(reported).toBe(6_000);
    const ids = frames.flatMap(({ rows }) => rows.map(({ id }) => id));
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    expect(frames.at(-1)!.totals).toMatchObject({ broadcastsPerSecond: 2_000, deliveriesPerSecond: 2_000 });
  });

  it('runs only between start and stop', () => {
    broadcast('c.1');
    jest.advanceTimersByTime(5_000);
    feed.start();
    broadcast('c.1');
    jest.advanceTimersByTime(250);
    expect(frames.map(({ rows }) => rows.length)).toEqual([1]);
    feed.stop();
    broadcast('c.1');
    jest.advanceTimersByTime(5_000);
    expect(frames).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('sends only the state of the process, every five seconds, while nothing changes', () => {
    feed.start();
    jest.advanceTimersByTime(1_000);
    frames.length = 0;
    jest.advanceTimersByTime(10_000);
    expect(frames).toHaveLength(2);
    for (const frame of frames) {
      expect(Object.keys(frame).sort()).toEqual(['at', 'nodes', 'rows', 'skipped', 'totals']);
      expect(frame).toMatchObject({ rows: [], skipped: 0 });
    }
  });

  it('sends a list again only after a change or a snapshot', () => {
    feed.start();
    broadcast('c.1', 0);
    jest.advanceTimersByTime(70_000);
    expect(frames.filter(({ channels }) => channels?.rows.length === 0)).not.toEqual([]);
    frames.length = 0;
    jest.advanceTimersByTime(20_000);
    expect(frames.filter(({ channels }) => channels !== undefined)).toEqual([]);
    feed.snapshot();
    jest.advanceTimersByTime(1_000);
    expect(frames.filter(({ channels }) => channels !== undefined)).toHaveLength(1);
  });

  it('remembers 1,000 of 50,000 channels and lists 200', () => {
    for (let n = 0; n < 50_000; n++) broadcast(`c.${n}`);
    const { channels } = feed.snapshot();
    expect(channels.rows).toHaveLength(200);
    expect(channels.more).toBe(800);
    expect(feed.snapshot().rows.length).toBeLessThanOrEqual(200);
  });
});
