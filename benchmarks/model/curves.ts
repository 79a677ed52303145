// Which curves does the page show? Each is a file of SVG, drawn by Vega without a browser.
import { busier, FULL, mastersNeeded, utilisationOf } from './capacity.js';
import { chatOn, regionStorm, SITE } from './cases.js';
import { drawLines, type Point } from './draw.js';
import { latencyP99 } from './latency.js';
import { stormOf } from './storm.js';
import { PROVIDERS } from './tables.js';

export const CURVES: Readonly<Record<string, () => Promise<string>>> = {
  'utilisation.svg': utilisation,
  'latency.svg': latency,
  'redis.svg': redisServers,
  'storm.svg': storm,
};

const SIZES = [10, 20, 30, 50, 70, 100, 200, 300, 500, 700, 1_000];

function utilisation(): Promise<string> {
  const points = SIZES.flatMap((nodes) => {
    const used = utilisationOf(chatOn(nodes), { nodes, masters: 1 }, SITE);
    return Object.entries(used).map(([series, share]): Point => ({
      x: nodes,
      y: (100 * share) / FULL[series as keyof typeof FULL],
      series,
    }));
  });
  return drawLines({
    title: 'Chat, 10,000 connections on each node, one server of Redis',
    x: { title: 'nodes', log: true },
    y: { title: 'percent of what each may be used', log: true },
    points: points.filter(({ y }) => y >= 0.1),
  });
}

function latency(): Promise<string> {
  const points = [10, 100, 1_000].flatMap((nodes) => {
    const load = chatOn(nodes);
    const masters = mastersNeeded(busier(load, 4), nodes, SITE) ?? 1;
    return Array.from({ length: 80 }, (_, step) => (step + 1) / 10).flatMap((factor): Point[] => {
      const p99 = latencyP99(busier(load, factor), { nodes, masters }, SITE);
      return p99 < 50 ? [{ x: factor, y: p99, series: `${nodes.toLocaleString('en')} nodes` }] : [];
    });
  });
  return drawLines({
    title: 'Chat with more messages than one a minute, enough servers of Redis',
    x: { title: 'messages a minute of each connection' },
    y: { title: 'p99, milliseconds' },
    points,
  });
}

function redisServers(): Promise<string> {
  const points = [10, 100, 1_000].flatMap((members) =>
    SIZES.flatMap((nodes): Point[] => {
      const load = { ...chatOn(nodes), membersPerChannel: members };
      const masters = mastersNeeded(load, nodes, SITE);
      return masters === null ? [] : [{ x: nodes, y: masters, series: `${members.toLocaleString('en')} in a room` }];
    }),
  );
  return drawLines({
    title: 'Chat, 10,000 connections on each node',
    x: { title: 'nodes', log: true },
    y: { title: 'servers of Redis that are needed', log: true },
    points,
  });
}

function storm(): Promise<string> {
  const nodes = 100;
  const masters = mastersNeeded(chatOn(nodes), nodes, SITE) ?? 1;
  const points = PROVIDERS.flatMap((perSecond) => {
    const { steps } = stormOf(regionStorm(nodes, masters, perSecond), SITE);
    const shown = steps.filter(
      ({ seconds }, index) => seconds <= 300 && (index % 10 === 0 || index === steps.length - 1),
    );
    return shown.map(({ seconds, back }): Point => ({
      x: seconds,
      y: back / 1e6,
      series: `${perSecond.toLocaleString('en')} authentications/s`,
    }));
  });
  return drawLines({
    title: 'A million connections come back to 100 nodes that have a million',
    x: { title: 'seconds' },
    y: { title: 'million connections that are back' },
    points,
  });
}
