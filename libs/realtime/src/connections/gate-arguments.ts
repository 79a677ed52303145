// In which arguments do Nest's enhancers find a request? In the order of @nestjs/websockets, so that guards written for gateways work here.
import type { RealtimeRequest } from './realtime-request.js';

/** `switchToWs()` reads client, data and pattern from the first, second and last of them. */
export type GateArguments = [client: unknown, data: unknown, request: RealtimeRequest, pattern: string];

export function gateArguments(request: RealtimeRequest): GateArguments {
  return [request.live?.client, request.payload, request, request.message ?? request.event ?? request.gate];
}
