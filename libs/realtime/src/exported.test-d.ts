// May a module export what these functions return? A project that writes declarations must be able to name its type. Checked by `npm run typecheck`.
import { orders, ping, room } from '../../contract/test/channels.js';
import { forward } from './cqrs/index.js';
import { diagnose, explainAccess, listChannels, OwnHostGuard, RealtimeException, RealtimeModule } from './index.js';
import { connectTestClient, RecordingRealtimeBroadcaster, testContext } from './testing/index.js';

class Shipped {
  readonly orderId = '1';
}

export const realtime = RealtimeModule.forRoot();
export const feature = RealtimeModule.forFeature([ping, orders]);
export const address = orders.with({ orderId: '1' });
export const entry = forward(Shipped).to(orders, 'refresh', ({ orderId }) => ({
  params: { orderId },
  payload: undefined,
}));
export const context = testContext(address, { message: 'poke' });
export const recording = new RecordingRealtimeBroadcaster();
export const refused = new RealtimeException('FORBIDDEN');
export const guard = OwnHostGuard;
export const findings = diagnose;
export const channels = listChannels;
export const explained = explainAccess;
export const subscribed = async () => (await connectTestClient({} as never)).subscribe(room, { roomId: '1' });
