// Which cases does each rule have?
import type { LintCase } from './lint-case.js';
import { cases as noDirectSocketIo } from './no-direct-socket-io.js';
import { cases as noRealtimeHandlerReexport } from './no-realtime-handler-reexport.js';
import { cases as noRealtimeRpc } from './no-realtime-rpc.js';
import { cases as pureChannel } from './pure-channel.js';
import { cases as userScopedParam } from './user-scoped-param.js';

export const allCases: Readonly<Record<string, readonly LintCase[]>> = {
  'no-direct-socket-io': noDirectSocketIo,
  'no-realtime-handler-reexport': noRealtimeHandlerReexport,
  'no-realtime-rpc': noRealtimeRpc,
  'pure-channel': pureChannel,
  'user-scoped-param': userScopedParam,
};
