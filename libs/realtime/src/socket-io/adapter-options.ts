// Has the application's WebSocket adapter changed the options of our server? What opens a door is a fault at boot, what merely differs a finding.
import type { Server } from 'socket.io';
import { RealtimeFault } from '../realtime.exception.js';

type Options = Readonly<Record<string, unknown>>;

/** An option that a changed value turns into a door, and what would come in by it. */
interface Door {
  readonly option: string;
  readonly opens: (inForce: unknown, asked: unknown) => boolean;
  readonly lets: string;
}

const differs = (inForce: unknown, asked: unknown): boolean => inForce !== asked;
const isSet = (inForce: unknown): boolean => Boolean(inForce);

const DOORS: readonly Door[] = [
  { option: 'allowRequest', opens: differs, lets: 'pages of any origin would connect' },
  { option: 'allowEIO3', opens: isSet, lets: 'clients of the old protocol would connect without credentials' },
  { option: 'connectionStateRecovery', opens: isSet, lets: 'clients would come back past gate 1' },
  { option: 'transports', opens: hasMore, lets: 'clients would connect by a transport that is switched off' },
  { option: 'maxHttpBufferSize', opens: isLarger, lets: 'clients would send more than limits.payloadBytes' },
  { option: 'perMessageDeflate', opens: isSet, lets: 'small frames of strangers would take much memory' },
  { option: 'wsEngine', opens: differs, lets: 'the limits on frames would not hold' },
  { option: 'parser', opens: isSet, lets: 'the checks of packets would not hold' },
];

/** Asked for by the gateway's options, or off unless they are set. */
const OTHERS = ['path', 'cors', 'cookie', 'serveClient', 'httpCompression', 'destroyUpgrade'] as const;

/** @throws RealtimeFault that names every option that opens a door. */
export function demandOptions(io: Server, asked: Options): void {
  const inForce = io.engine.opts as unknown as Options;
  const faults = DOORS.filter(({ option, opens }) => opens(inForce[option], asked[option]));
  if (faults.length === 0) return;
  throw RealtimeFault.of(
    `The application's WebSocket adapter changes options of the realtime server. Leave servers with options.path "${String(asked.path)}" as they are in createIOServer(), or set the option in RealtimeModule.forRoot() where it has one:`,
    faults.map(({ option, lets }) => `${option}: ${lets}`),
  );
}

/** The names of other options that are not as asked for. */
export function changedOptions(io: Server, asked: Options): string[] {
  const inForce = io.engine.opts as unknown as Options;
  const changed: string[] = OTHERS.filter((option) => isChanged(inForce[option], asked[option]));
  if (isSmaller(inForce.maxHttpBufferSize, asked.maxHttpBufferSize)) changed.push('maxHttpBufferSize');
  if (hasMore(asked.transports, inForce.transports)) changed.push('transports');
  if (io.connectTimeout() !== asked.connectTimeout) changed.push('connectTimeout');
  return changed;
}

/** Options that are off may be false, or not there. */
function isChanged(inForce: unknown, asked: unknown): boolean {
  return inForce !== asked && Boolean(inForce || asked);
}

function hasMore(inForce: unknown, asked: unknown): boolean {
  return (inForce as readonly unknown[]).some((entry) => !(asked as readonly unknown[]).includes(entry));
}

function isLarger(inForce: unknown, asked: unknown): boolean {
  return !(Number(inForce) <= Number(asked));
}

function isSmaller(inForce: unknown, asked: unknown): boolean {
  return Number(inForce) < Number(asked);
}
