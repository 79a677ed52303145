// Which server does a client under test talk to? One in the same process, which does at once what the test says.
import {
  FRAMES,
  type HistoryFrame,
  type MessageFrame,
  type PublicUser,
  type RealtimeChannelDescriptor,
  type SubscribeFrame,
  type WatchFrame,
} from '@nestjs-realtime/contract';
import { matchChannelName } from '../channel-match.js';
import type { OpenTransport } from '../client-transport.js';
import type { RealtimeErrorCode } from '../realtime-error.js';
import { MockLine } from './mock-line.js';
import { MockLog } from './mock-log.js';
import { type MemberDiff, MockMembers } from './mock-members.js';

/** A message that the client has sent. */
export interface SentMessage {
  readonly channel: string;
  readonly message: string;
  readonly payload: unknown;
}

const RETRYABLE: readonly string[] = ['RATE_LIMITED', 'OVERLOADED', 'TIMEOUT', 'UNAVAILABLE', 'INTERNAL'];

export class MockServer {
  readonly sent: SentMessage[] = [];
  private readonly descriptors = new Set<RealtimeChannelDescriptor>();
  private readonly logs = new Map<string, MockLog>();
  private readonly members = new Map<string, MockMembers>();
  private online: readonly string[] = [];
  private readonly refusals: RealtimeErrorCode[] = [];
  private line?: MockLine | undefined;
  private connections = 0;
  private isDown = false;
  /** Whatever was said is done in order: an event that follows a request comes after its answer. */
  private done: Promise<void> = Promise.resolve();

  constructor(private user: PublicUser | null) {}

  /** Whose credentials the client has from its next `authenticate()` or connection on. */
  setUser(user: PublicUser | null): void {
    this.user = user;
  }

  /** Knows from now on whether channels of this kind have history and presence. */
  learn(descriptor: RealtimeChannelDescriptor): void {
    this.descriptors.add(descriptor);
  }

  readonly open: OpenTransport = (_options, _auth, handlers, lost) => {
    const line = new MockLine(handlers, lost, (frame, body, reply) => void this.next(() => this.answer(line, frame, body, reply))); // prettier-ignore
    void this.next(() => {
      if (this.isDown) return line.drop();
      this.line = line;
      line.welcome(`mock-${++this.connections}`, this.user);
    });
    return line;
  };

  /** Resolves once the client has heard it. */
  broadcast(channel: string, event: string, payload: unknown): Promise<void> {
    return this.next(() => {
      const offset = this.logOf(channel)?.append(event, payload).offset;
      this.line?.event(channel, event, payload, offset);
    });
  }

  /** Resolves once the client has heard it. @throws TypeError where the channel has no presence. */
  changeMembers(channel: string, change: (members: MockMembers) => MemberDiff): Promise<void> {
    const members = this.membersOf(channel);
    if (!members) throw new TypeError(`The channel "${channel}" has no members; declare it with presence.`);
    return this.next(() => {
      const diff = change(members);
      this.line?.presence({ channel, ...diff });
    });
  }

  /** Resolves once the client has heard it. */
  setOnline(online: readonly string[]): Promise<void> {
    return this.next(() => {
      this.online = online;
      this.line?.online({ online, offline: this.line.watched.filter((userId) => !online.includes(userId)) });
    });
  }

  refuse(code: RealtimeErrorCode): void {
    this.refusals.push(code);
  }

  drop(): void {
    this.isDown = true;
    this.line?.drop();
    this.line = undefined;
  }

  /** Lets the client in again. */
  up(): void {
    this.isDown = false;
  }

  /** Resolves once all that was said and asked is done. */
  async settled(): Promise<void> {
    let done: Promise<void> | undefined;
    while (done !== this.done) await (done = this.done);
  }

  private next(act: () => void): Promise<void> {
    return (this.done = this.done.then(act));
  }

  private logOf(channel: string): MockLog | undefined {
    let log = this.logs.get(channel);
    if (log) return log;
    // A batch, or `rt:authenticate`, names none.
    if (typeof channel !== 'string') return undefined;
    const history = this.descriptorOf(channel)?.history;
    if (history) this.logs.set(channel, (log = new MockLog(history.size ?? 100)));
    return log;
  }

  private membersOf(channel: string): MockMembers | undefined {
    let members = this.members.get(channel);
    if (!members && this.descriptorOf(channel)?.presence) this.members.set(channel, (members = new MockMembers()));
    return members;
  }

  private descriptorOf(channel: string): RealtimeChannelDescriptor | undefined {
    return [...this.descriptors].find(({ name }) => matchChannelName(name, channel));
  }

  private answer(line: MockLine, frame: string, body: unknown, reply: (answer: unknown) => void): void {
    const { channel } = body as SubscribeFrame;
    const log = this.logOf(channel);
    const refusal = this.refusals.shift() ?? (frame === FRAMES.HISTORY && !log ? 'BAD_REQUEST' : undefined);
    if (refusal) return reply(refused(refusal));
    if (frame === FRAMES.SUBSCRIBE) return this.subscribe(line, body, reply);
    if (frame === FRAMES.WATCH) return this.watch(line, body as WatchFrame, reply);
    if (frame === FRAMES.UNSUBSCRIBE) return this.unsubscribe(line, body, reply);
    if (frame === FRAMES.AUTHENTICATE) reply(this.authenticate(line));
    else reply(frame === FRAMES.HISTORY ? log!.page(body as HistoryFrame) : { ok: true, channel });
    if (frame === FRAMES.MESSAGE) this.receive(line, body as MessageFrame);
  }

  /** An open connection keeps its user: for another one, or for none, the client connects again. */
  private authenticate(line: MockLine): object {
    const { user } = this;
    const before = line.user?.userId;
    if (before === undefined || before === user?.userId) return { ok: true, user: (line.user = user) };
    for (const members of this.members.values()) members.leave(before);
    return refused(user ? 'FORBIDDEN' : 'UNAUTHENTICATED');
  }

  /** What comes of a message follows its answer. */
  private receive(line: MockLine, { channel, event = 'message', payload }: MessageFrame): void {
    this.sent.push({ channel, message: event, payload });
    const isOwnData = event === 'presence' && this.descriptorOf(channel)?.presence?.setBy === 'member';
    if (isOwnData && this.user) line.presence({ channel, ...this.membersOf(channel)!.join(this.user.userId, payload) });
  }

  private watch(line: MockLine, { userIds }: WatchFrame, reply: (answer: unknown) => void): void {
    line.watched = userIds;
    reply({ ok: true, online: userIds.filter((userId) => this.online.includes(userId)) });
  }

  private unsubscribe(line: MockLine, body: unknown, reply: (answer: unknown) => void): void {
    const replies = ([body].flat() as SubscribeFrame[]).map(({ channel }) => {
      line.subscribed.delete(channel);
      if (this.user) this.membersOf(channel)?.leave(this.user.userId);
      return { ok: true, channel };
    });
    reply(Array.isArray(body) ? replies : replies[0]);
  }

  /** The user of the client is a member, too. */
  private admit({ userId }: PublicUser, members: MockMembers | undefined): void {
    if (members && !members.has(userId)) members.join(userId, undefined);
  }

  private subscribe(line: MockLine, body: unknown, reply: (answer: unknown) => void): void {
    const items = [body].flat() as SubscribeFrame[];
    const missed = items.map(({ channel, recover }) => (recover && this.logOf(channel)?.after(recover)) ?? null);
    const replies = items.map(({ channel, recover }, i) => {
      const position = this.logOf(channel)?.position;
      const members = this.membersOf(channel);
      if (this.user) this.admit(this.user, members);
      return {
        ok: true,
        channel,
        position,
        ...(recover && { recovered: missed[i] !== null }),
        members: members?.all,
      };
    });
    for (const { channel } of items) line.subscribed.add(channel);
    reply(Array.isArray(body) ? replies : replies[0]);
    items.forEach(({ channel }, i) => {
      for (const { event, payload, offset } of missed[i] ?? []) line.event(channel, event, payload, offset);
    });
  }
}

function refused(code: RealtimeErrorCode): object {
  return { ok: false, error: { code, message: `The mock refuses: ${code}.`, retryable: RETRYABLE.includes(code) } };
}
