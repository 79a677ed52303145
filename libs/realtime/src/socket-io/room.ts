// In which Socket.IO room are a channel's members? (ADR-016, decision 3)

/** What the rooms of channels begin with; a socket's own room does not. */
export const ROOM_PREFIX = 'ch:';
