// What does an attack have in hand? The fixture, sockets that are closed after it, and a place to say what it found.
import type { FixtureProcess, FixtureStats } from '../../fixture/fixture.process.js';
import { RawSocket } from '../../hostile/raw-socket.js';
import type { Chance } from '../../kit/chance.js';
import { type Headers, Wire } from '../wire/wire.js';
import type { Watch } from './watch.js';
import { within } from './within.js';

const CLOSING_MS = 5_000;

export class Target {
  /** Documented bounds that did not hold, as sentences. */
  readonly broken: string[] = [];
  /** What is worth knowing beside the table. */
  readonly notes: string[] = [];
  private readonly wires: Wire[] = [];
  private readonly sockets: RawSocket[] = [];

  constructor(
    readonly fixture: FixtureProcess,
    readonly watch: Watch,
    readonly chance: Chance,
  ) {}

  /** `sentence` says what is wrong where it does not hold. */
  expect(holds: boolean, sentence: string): void {
    if (!holds && !this.broken.includes(sentence)) this.broken.push(sentence);
  }

  note(sentence: string): void {
    this.notes.push(sentence);
  }

  /** @throws Error when the call is refused, which is a fault of the script. */
  async control(path: string, body?: object): Promise<Record<string, unknown>> {
    const answer = await this.fixture.control(path, body);
    if (answer.status !== 200)
      throw new Error(`${path} was answered by ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  login(userId: string, ...roles: string[]): Promise<string> {
    return this.fixture.login(userId, ...roles);
  }

  stats(options?: { readonly gc?: boolean }): Promise<FixtureStats> {
    return this.watch.stats(options);
  }

  /** An open transport, written to by hand. */
  async open(headers?: Headers): Promise<Wire> {
    const wire = await Wire.open(this.fixture, headers);
    this.wires.push(wire);
    return wire;
  }

  /** A connection, written to by hand; anonymous without a session. */
  async wire(session?: string): Promise<Wire> {
    const wire = await Wire.connected(this.fixture, session);
    this.wires.push(wire);
    return wire;
  }

  /** A connection that asks and gets answers; anonymous without a session. */
  async connect(session?: string): Promise<RawSocket> {
    const socket = await RawSocket.connect(this.fixture, session);
    this.sockets.push(socket);
    return socket;
  }

  async closeAll(): Promise<void> {
    for (const wire of this.wires) wire.destroy();
    await within(CLOSING_MS, Promise.all(this.sockets.map((socket) => socket.close())));
  }
}
