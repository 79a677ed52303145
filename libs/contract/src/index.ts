export { ChannelDefinitionError, ChannelParamsError } from './channel-errors.js';
export type {
  AnyChannel,
  ChannelAddress,
  ChannelTarget,
  ChannelTypes,
  ParamsOf,
  RealtimeChannelDescriptor,
  TypesOf,
} from './channel-descriptor.js';
export type {
  ChannelLimits,
  HistoryOptions,
  PresenceOptions,
  PresenceVisibility,
  SlowConsumerPolicy,
} from './channel-features.js';
export {
  isLegalChannelName,
  isLegalSegment,
  MAX_CHANNEL_NAME_LENGTH,
  MAX_PARAM_LENGTH,
  MAX_SEGMENT_LENGTH,
  splitChannelName,
} from './channel-name.js';
export { type ChannelScope, scopedParam } from './channel-scope.js';
export type {
  ErrorCodeOf,
  ErrorsOf,
  EventInput,
  EventNameOf,
  EventOutput,
  EventWithoutPayload,
  HasHistory,
  HasPresence,
  HeardEventOf,
  MemberDataInput,
  MemberDataOf,
  MemberOf,
  MessageInput,
  MessageNameOf,
  MessageOutput,
  MessageWithoutPayload,
  ReplyInput,
  ReplyOutput,
  SnapshotOf,
  Whisper,
} from './channel-slots.js';
export { decodeParam, encodeParam } from './channel-param.js';
export {
  type ChannelParamNames,
  type ChannelParams,
  ChannelTemplate,
  matchChannelTemplate,
} from './channel-template.js';
export { type EvictionCode, EVICTIONS, type GoodbyeCode, GOODBYES, type RefusalCode, REFUSALS } from './codes.js';
export { DEFAULT_EVENT } from './compile-slots.js';
export { type ChannelOptions, defineRealtimeChannel } from './define-realtime-channel.js';
export { type Duration, milliseconds } from './duration.js';
export type { HistoryEvent, HistoryPage } from './history-page.js';
export {
  type AuthenticateReply,
  type ByeFrame,
  CALLER_HEADER,
  type ChannelFrame,
  type ConnectionLimits,
  type Credentials,
  type EventArguments,
  type EvictedFrame,
  type ExpiringFrame,
  FRAMES,
  type HistoryFrame,
  type HistoryReply,
  type Issue,
  MAX_HISTORY_PAGE,
  MAX_SUBSCRIBE_BATCH,
  type Member,
  type MembersReply,
  type MessageFrame,
  type MessageReply,
  type OnlineFrame,
  type Position,
  type PresenceFrame,
  PROTOCOL_VERSION,
  type PublicUser,
  type RefusalError,
  type RefusalReply,
  type SkipArguments,
  type SubscribedFrame,
  type SubscribeFrame,
  type SubscribeReply,
  type UnsubscribeReply,
  type WatchFrame,
  type WatchReply,
  type WelcomeFrame,
} from './frames.js';
export type { Jsonify } from './json-types.js';
export {
  type Events,
  type MessageLimits,
  type MessageOptions,
  messageOptions,
  type Messages,
  type MessageSlot,
} from './message-slot.js';
export {
  isStandardSchema,
  type PayloadClass,
  type PayloadSchema,
  type Slot,
  type SlotInput,
  type SlotOutput,
} from './payload-schema.js';
export { shownValue } from './shown-value.js';
export type { StandardIssue, StandardResult, StandardSchema } from './standard-schema.js';
