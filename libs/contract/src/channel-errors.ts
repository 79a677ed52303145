// What can be wrong with a channel's declaration, or with the params of its name?

/** A fault in a channel's declaration, thrown where it is declared; the message says how to fix it. */
export class ChannelDefinitionError extends Error {
  override readonly name = 'ChannelDefinitionError';
}

/** Params that do not fill a channel's name template; the message says which and how to fix them. */
export class ChannelParamsError extends Error {
  override readonly name = 'ChannelParamsError';
}
