// What did a run show? Sums, and the first few of each thing that must not happen.
import type { Attendance } from './attendance.js';
import type { ChaosClient } from './chaos-client.js';
import type { EdgeFindings } from './edges.js';
import type { Ledger } from './ledger.js';
import type { Nodes } from './nodes.js';
import type { Publisher } from './publisher.js';
import type { Faults, Reader } from './reader.js';

export interface ChaosReport extends Faults {
  readonly isClean: boolean;
  readonly clients: number;
  /** Clients for which one of the figures above is not 0. */
  readonly clientsWithFaults: number;
  readonly published: number;
  readonly repeated: number;
  readonly heard: number;
  readonly recoveries: number;
  /** Resets that a loss of Redis explains; the client was told of each. */
  readonly toldResets: number;
  /** What clients believed of members after a fault, when the time was over in which they must be right. */
  readonly ghosts: number;
  readonly missingMembers: number;
  /** After the last fault, while all nodes lived: joins and leaves of a move of all clients, and those that were not told once. */
  readonly edges: number;
  readonly wrongEdges: number;
  /** The longest time until all clients were right about members, since all nodes were well again. */
  readonly membersRightAfterSeconds: number;
  readonly unhandled: number;
  readonly happened: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

export interface Outcome {
  readonly clients: readonly ChaosClient[];
  readonly ledger: Ledger;
  readonly publisher: Publisher;
  readonly nodes: Nodes;
  readonly attendance: Attendance;
  readonly edges: EdgeFindings;
  readonly happened: Readonly<Record<string, number>>;
}

export function reportOf({ clients, ledger, publisher, nodes, attendance, edges, happened }: Outcome): ChaosReport {
  const readers = clients.flatMap((client) => client.readers);
  const sum = (figure: (reader: Reader) => number): number => readers.reduce((total, one) => total + figure(one), 0);
  const faults: Faults = {
    missing: sum((reader) => reader.faults.missing),
    duplicated: sum((reader) => reader.faults.duplicated),
    outOfOrder: sum((reader) => reader.faults.outOfOrder),
    wrong: sum((reader) => reader.faults.wrong),
    unexplained: sum((reader) => reader.faults.unexplained),
  };
  const notes = [
    ...ledger.conflicts.slice(0, 5),
    ...publisher.refusals.slice(0, 5),
    ...nodes.crashes,
    ...attendance.notes,
    ...edges.notes.slice(0, 5),
    ...readers.flatMap((reader) => reader.notes).slice(0, 20),
  ];
  const hasFault = ({ readers: own }: ChaosClient): boolean =>
    own.some((reader) => Object.values(reader.faults).some((count) => count > 0));
  return {
    isClean: notes.length === 0 && nodes.unhandled === 0,
    clients: clients.length,
    clientsWithFaults: clients.filter(hasFault).length,
    ...faults,
    published: ledger.accepted,
    repeated: publisher.repeated,
    heard: sum((reader) => reader.heard),
    recoveries: sum((reader) => reader.recoveries),
    toldResets: sum((reader) => reader.resets) - faults.unexplained,
    ghosts: attendance.ghosts,
    missingMembers: attendance.missingMembers,
    edges: edges.edges,
    wrongEdges: edges.wrongEdges,
    membersRightAfterSeconds: Math.round(attendance.slowestMs / 100) / 10,
    unhandled: nodes.unhandled,
    happened,
    notes,
  };
}
