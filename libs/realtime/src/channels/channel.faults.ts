// What is wrong with the wiring of a channel, and how is it fixed?

export function handlerWithoutChannelFault(type: string, method: string): string {
  return `${type}.${method}() has @RealtimeHandler, but ${type} claims no channel; put @RealtimeChannel(descriptor) on the class.`;
}

export function twoChannelsFault(place: string, channels: readonly (string | undefined)[]): string {
  return `${place} has @RealtimeChannel ${channels.length} times, for ${channels.map((channel) => `"${channel}"`).join(' and ')}; a class claims one channel: write a class for each.`;
}

export function otherChannelFault(place: string, handled: string, claimed: string): string {
  return `${place} handles a message of channel "${handled}", but its class claims "${claimed}"; pass the descriptor of the class to @RealtimeHandler, or move the method.`;
}

export function otherCopyFault(place: string, copies: string): string {
  return `${place} comes from ${copies}.`;
}

export function controllerFault(type: string, decorator: string): string {
  return `${type} has ${decorator} but is a controller; move its handlers to a class of their own and list that under providers.`;
}

export function twoMessagesFault(place: string, messages: readonly string[]): string {
  return `${place} has @RealtimeHandler ${messages.length} times, for ${messages.map((message) => `"${message}"`).join(' and ')}; a method handles one message: write a method for each.`;
}

export function reauthorizationWithoutChannelFault(type: string): string {
  return `${type} has @ReauthorizeOn but claims no channel; put @RealtimeChannel(descriptor) on the class.`;
}

export function reauthorizationWithoutCqrsFault(type: string): string {
  return `${type} has @ReauthorizeOn but nothing listens to domain events; add RealtimeCqrsModule.forRoot() of nestjs-realtime/cqrs to the imports of the root module.`;
}
