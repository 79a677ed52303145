export { ChannelDefinitionError, ChannelParamsError } from './channel-errors.js';
export type {
  ChannelAddress,
  ChannelTarget,
  EventInput,
  EventNameOf,
  EventOutput,
  FlushWindow,
  MessageInput,
  MessageNameOf,
  MessageOutput,
  ParamsOf,
  RealtimeChannelDescriptor,
  SlowConsumerPolicy,
} from './channel-descriptor.js';
export {
  isLegalChannelName,
  isLegalSegment,
  MAX_CHANNEL_NAME_LENGTH,
  MAX_PARAM_LENGTH,
  MAX_SEGMENT_LENGTH,
  splitChannelName,
} from './channel-name.js';
export { decodeParam, encodeParam } from './channel-param.js';
export type { ChannelScope } from './channel-scope.js';
export {
  type ChannelParamNames,
  type ChannelParams,
  ChannelTemplate,
  matchChannelTemplate,
} from './channel-template.js';
export { type EvictionCode, EVICTIONS, type GoodbyeCode, GOODBYES, type RefusalCode, REFUSALS } from './codes.js';
export {
  type ChannelDefinition,
  DEFAULT_EVENT,
  defineRealtimeChannel,
  type NoPayloads,
} from './define-realtime-channel.js';
export {
  type AuthenticateReply,
  type ByeFrame,
  type ChannelFrame,
  type Credentials,
  type EventArguments,
  type EvictedFrame,
  type ExpiringFrame,
  FRAMES,
  type HistoryFrame,
  type HistoryReply,
  type Issue,
  MAX_SUBSCRIBE_BATCH,
  type Member,
  type MembersReply,
  type MessageFrame,
  type MessageReply,
  type Position,
  type PresenceFrame,
  PROTOCOL_VERSION,
  type PublicUser,
  type RefusalError,
  type RefusalReply,
  type SubscribeFrame,
  type SubscribeReply,
  type UnsubscribeReply,
  type WelcomeFrame,
} from './frames.js';
export {
  isStandardSchema,
  type PayloadClass,
  type PayloadInput,
  type PayloadOutput,
  type PayloadSchema,
  type PayloadSchemas,
} from './payload-schema.js';
export type { StandardIssue, StandardResult, StandardSchema } from './standard-schema.js';
