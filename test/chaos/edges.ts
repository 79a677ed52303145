// Was the application told once of each join and each leave, while all nodes lived? All clients change rooms, and what all nodes were told is compared.
import { until } from '../kit/until.js';
import type { Attendance } from './attendance.js';
import type { ChaosMember } from './member.js';
import type { Nodes } from './nodes.js';

type Edge = readonly [channel: string, userId: string];

interface Told {
  readonly joins: readonly Edge[];
  readonly leaves: readonly Edge[];
}

/** What the application was told otherwise than once; and how often it had to be told. */
export interface EdgeFindings {
  readonly edges: number;
  readonly wrongEdges: number;
  readonly notes: readonly string[];
}

/** `members` move to rooms that have not been used before, and leave those that they are in. */
export async function edgesOfAMove(
  members: readonly ChaosMember[],
  { nodes, attendance, patienceMs }: { nodes: Nodes; attendance: Attendance; patienceMs: number },
): Promise<EdgeFindings> {
  const expected = new Map<string, number>();
  for (const [room, users] of attendance.truth) for (const userId of users) expected.set(`-${room} ${userId}`, 1);
  const before = await toldBy(nodes);
  await Promise.all(members.map((member, index) => member.move(`t.here.end${index % 7}`)));
  await attendance.check('all clients move', patienceMs);
  for (const [room, users] of attendance.truth) for (const userId of users) expected.set(`+${room} ${userId}`, 1);
  const since = async (): Promise<string[]> => differences(expected, before, await toldBy(nodes));
  const notes = await until(since, (found) => found.length === 0, patienceMs).catch(since);
  return { edges: expected.size, wrongEdges: notes.length, notes };
}

async function toldBy({ all }: Nodes): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const add = (sign: string, edges: readonly Edge[]): void => {
    for (const [room, userId] of edges) {
      const edge = `${sign}${room} ${userId}`;
      counts.set(edge, (counts.get(edge) ?? 0) + 1);
    }
  };
  for (const { fixture } of all) {
    const { joins, leaves } = (await fixture.control<Told>('/edges')).body;
    add('+', joins);
    add('-', leaves);
  }
  return counts;
}

function differences(
  expected: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): string[] {
  return [...new Set([...expected.keys(), ...now.keys()])].flatMap((edge) => {
    const told = (now.get(edge) ?? 0) - (before.get(edge) ?? 0);
    const wanted = expected.get(edge) ?? 0;
    return told === wanted ? [] : [`the application was told ${told} times of "${edge}", not ${wanted} times`];
  });
}
