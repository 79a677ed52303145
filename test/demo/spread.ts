// How do three readers come to three nodes? The balancer knows nothing of tabs: one that came to a node that has another tab loads again.
import type { Browser } from 'playwright-core';
import { until } from '../kit/until.js';
import type { ClusterNode, ClusterProcess } from './cluster-process.js';
import { Reader } from './reader.js';

const PASSWORDS: Readonly<Record<string, string>> = { ada: 'lovelace', bob: 'bobsled', grace: 'hopper' };

export interface PlacedReader {
  readonly reader: Reader;
  readonly node: ClusterNode;
}

/** @param names of the users that the pages connect as: ids, or "a guest". No other page is open. */
export async function openOnEachNode(
  cluster: ClusterProcess,
  browser: Browser,
  names: readonly string[],
): Promise<PlacedReader[]> {
  const placed: PlacedReader[] = [];
  const clients = () => Promise.all(cluster.nodes.map((node) => cluster.clientsOf(node)));
  const ownNode = async (): Promise<ClusterNode | undefined> => {
    const counts = await until(clients, (each) => each.reduce((sum, n) => sum + n, 0) === placed.length + 1);
    const isTaken = (node: ClusterNode) => placed.some((other) => other.node === node);
    return cluster.nodes.find((node, index) => counts[index] === 1 && !isTaken(node));
  };
  for (const name of names) {
    const reader = await Reader.open(browser, cluster.url);
    if (name in PASSWORDS) await reader.logIn(name, PASSWORDS[name]);
    await reader.connectedAs(name);
    let node = await ownNode();
    while (node === undefined) {
      await reader.page.reload();
      await reader.connectedAs(name);
      node = await ownNode();
    }
    placed.push({ reader, node });
  }
  return placed;
}
