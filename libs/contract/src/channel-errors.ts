/** A fault in a channel's declaration, thrown where it is declared; the message says how to mend it. */
export class ChannelDefinitionError extends Error {
  override readonly name = 'ChannelDefinitionError';
}

/** Params that do not fill a channel's name template; the message says which and how to mend it. */
export class ChannelParamsError extends Error {
  override readonly name = 'ChannelParamsError';
}
