// The load process: answers the harness, which tells its clients to connect, subscribe, listen and send.
import { answerCalls, noteToParent } from '../harness/process-calls.js';
import type { Endpoint } from '../peers/peer.main.js';
import { Crowd } from './crowd.js';
import { DIALECTS } from './dialects.js';
import { type BroadcastExpectation, receiveBroadcasts } from './receive-broadcasts.js';
import { askAll, type RoundTripOrder, type RoundTripResult, roundTrips } from './round-trips.js';

const crowd = new Crowd();
const endpoint = JSON.parse(process.argv[2]) as Endpoint;
const frames = DIALECTS[endpoint.dialect];

const loadCalls = {
  connect: (count: number): Promise<void> => crowd.connect(count, endpoint.port, endpoint.path),

  subscribe: (channel: string): Promise<void> => askAll(crowd, frames.subscribe(channel)),

  /** Makes the clients ready to send to a channel, where the peer asks for that. */
  async prepareToSend(channel: string): Promise<void> {
    if (frames.subscribesToSend) await askAll(crowd, frames.subscribe(channel));
  },

  receiveBroadcasts: (expectation: BroadcastExpectation): Promise<void> =>
    receiveBroadcasts(crowd, expectation, noteToParent),

  roundTrips: (order: RoundTripOrder): Promise<RoundTripResult> => roundTrips(crowd, frames, order),
};

/** What a load process can be asked. */
export type LoadApi = typeof loadCalls;

answerCalls(loadCalls);
