// For which requests does an instance live? For one; where the application has a strategy for durable providers, the strategy decides.
import { ContextIdFactory, type ModuleRef } from '@nestjs/core';
import type { RealtimeRequest } from '../connections/realtime-request.js';
import type { ContextId } from './handler-host.js';
import type { InstanceWrapper } from './nest-internals.js';

/**
 * The context of one request, with what providers get as `REQUEST`. As in Nest's gateways, that is the payload of the strategy where the
 * whole tree is durable, because such an instance outlives the request; elsewhere it is the request, with the payload's properties.
 */
export function contextOfRequest(moduleRef: ModuleRef, wrapper: InstanceWrapper, request: RealtimeRequest): ContextId {
  const contextId = ContextIdFactory.getByRequest(request);
  const { payload } = contextId;
  const isShared = contextId.getParent !== undefined && wrapper.isDependencyTreeDurable();
  moduleRef.registerRequestByContextId(isShared ? payload : withPayload(request, payload), contextId);
  return contextId;
}

/** What the request has of its own keeps its meaning. */
function withPayload(request: RealtimeRequest, payload: unknown): RealtimeRequest {
  if (typeof payload !== 'object' || payload === null) return request;
  for (const [key, value] of Object.entries(payload)) {
    if (!(key in request)) Object.defineProperty(request, key, { value, configurable: true, enumerable: true });
  }
  return request;
}
