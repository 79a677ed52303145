// What is wrong with the methods and guards of members, and how is it fixed?

export function unclaimedPresenceFault(place: string, decorator: string, type: string): string {
  return `${place} has ${decorator}, but ${type} claims no channel; put @RealtimeChannel(descriptor) on the class.`;
}

export function undeclaredPresenceFault(place: string, decorator: string, channel: string): string {
  return `${place} has ${decorator}, but channel "${channel}" declares no presence; add presence: true to the channel, or remove the method.`;
}

export function otherPresenceFault(place: string, decorator: string, named: string, claimed: string): string {
  return `${place} has ${decorator} for channel "${named}", but its class claims "${claimed}"; pass the descriptor of the class to ${decorator}, or move the method.`;
}

export function scopedPresenceFault(place: string, decorator: string, why: string): string {
  return `${place} has ${decorator}, but ${why}; members belong to no request: move the method to a class of the default scope, which may claim the same channel.`;
}

export function undeclaredDataFault(place: string, channel: string): string {
  return `${place} has @MemberData, but channel "${channel}" declares no data for its members; add presence: { data: Schema } to the channel, or remove the method.`;
}

export function secondDataFault(place: string, other: string, channel: string): string {
  return `${place} and ${other} both supply the data of members of channel "${channel}"; a channel has one such method: remove one.`;
}

export function missingDataFault(channel: string, place: string): string {
  return `Channel "${channel}" (${place}) declares presence with data, but no method supplies it; put @MemberData() on a method of a @RealtimeChannel class and list the class under providers, or let members set it with setBy: 'member'.`;
}

export function presenceGuardsFault(type: string, channel: string | undefined): string {
  return channel === undefined
    ? `${type} has @UsePresenceGuards, but claims no channel; put @RealtimeChannel(descriptor) on the class.`
    : `${type} has @UsePresenceGuards, but channel "${channel}" declares no presence; add presence: true to the channel, or remove the decorator.`;
}

export function noPresenceStoreFault(channel: string, place: string, broker: string): string {
  return `Channel "${channel}" (${place}) declares presence, but ${broker} keeps no members; give it a presenceStore(), or pass RealtimeModule.forRoot({ broker }) one that has it, such as new RedisRealtimeBroker({ url }).`;
}
