// What does the load process do? It answers the harness, which makes its clients connect, subscribe, listen and send.
import { answerCalls, noteToParent } from '../harness/process-calls.js';
import type { Endpoint } from '../peers/peer.main.js';
import { FEED } from '../workload.js';
import { roomName, roomsByConnection, type RoomPlan } from '../room-plan.js';
import { chat } from './chat.js';
import type { ChatOrder } from './chat-progress.js';
import { Crowd } from './crowd.js';
import { DIALECTS } from './dialects.js';
import { Latencies, type LatencySummary } from './latencies.js';
import { type BroadcastExpectation, receiveBroadcasts } from './receive-broadcasts.js';
import { receiveRoomBroadcasts } from './receive-room-broadcasts.js';
import { recover, type RecoveryOrder } from './recover.js';
import { askAll, type RoundTripOrder, type RoundTripResult, roundTrips } from './round-trips.js';

/** Rooms for their members to subscribe to: those from the number `from` to before `to`. */
export interface RoomSubscriptions {
  plan: RoomPlan;
  from: number;
  to: number;
}

const crowd = new Crowd();
const endpoint = JSON.parse(process.argv[2]) as Endpoint;
const frames = DIALECTS[endpoint.dialect];
let latencies = new Latencies(0);

const loadCalls = {
  connect: (count: number): Promise<void> => crowd.connect(count, endpoint.port, endpoint.path, endpoint.users),

  /** Closes the last `count` connections. */
  disconnect: (count: number): void => crowd.disconnect(count),

  /** Makes the last `count` clients stop reading. */
  stall: (count: number): void => crowd.stall(count),

  /** Makes the last `count` clients read without a check. */
  overhear: (count: number): void => crowd.overhear(count),

  subscribe: (channel: string): Promise<void> => askAll(crowd, () => [frames.subscribe(channel)]),

  /** Each client subscribes to one of so many rooms of this name, and all to the feed. */
  subscribeSpread: ({ room, rooms }: { room: string; rooms: number }): Promise<void> =>
    askAll(crowd, ({ index }) => [`${room}.${index % rooms}`, FEED].map(frames.subscribe)),

  subscribeRooms({ plan, from, to }: RoomSubscriptions): Promise<void> {
    const rooms = roomsByConnection(plan, from, to);
    return askAll(crowd, ({ index }) => rooms[index].map((room) => frames.subscribe(roomName(room))));
  },

  /** Subscribes the clients to a channel, where the peer requires that for sending. */
  async prepareToSend(channel: string): Promise<void> {
    if (frames.subscribesToSend) await askAll(crowd, () => [frames.subscribe(channel)]);
  },

  receiveBroadcasts: (expectation: BroadcastExpectation): Promise<void> =>
    receiveBroadcasts(crowd, expectation, noteToParent),

  receiveRoomBroadcasts: ({ plan, ...expectation }: BroadcastExpectation & { plan: RoomPlan }): Promise<void> =>
    receiveRoomBroadcasts(crowd, expectation, plan, noteToParent),

  /** As `receiveBroadcasts`, and notes when each delivery was read. */
  receiveTimed(expectation: BroadcastExpectation): Promise<void> {
    const noted = (latencies = new Latencies(expectation.count * crowd.clients.length));
    return receiveBroadcasts(crowd, expectation, noteToParent, (broadcast, at) => noted.note(broadcast, at));
  },

  /** Compares the times that `receiveTimed` has noted with those at which the broadcasts were sent. */
  latencies: (sentAt: number[]): LatencySummary => latencies.summarize(sentAt),

  roundTrips: (order: RoundTripOrder): Promise<RoundTripResult> => roundTrips(crowd, frames, order),

  recover: (order: RecoveryOrder): Promise<number> => recover(crowd, order),

  chat: (order: ChatOrder): Promise<RoundTripResult> => chat(crowd, frames, order),
};

/** What a load process can be asked. */
export type LoadApi = typeof loadCalls;

answerCalls(loadCalls);
