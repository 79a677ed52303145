// What is sent? The same names and payloads for every peer, so that only the peer differs.

/** Name of the room, or public channel, that broadcasts go to. */
export const FEED = 'feed';
/** Event of a broadcast. */
export const TICK = 'tick';
/** Name of the channel that inbound messages go to. */
export const NOTES = 'notes';
/** Name of the room that inbound messages are passed on to. */
export const CHAT = 'chat';
/** Message that is passed on to the chat. */
export const SAY = 'say';

/** Body of one broadcast; with the frame around it about 230 bytes on the wire. */
export interface FeedItem {
  seq: number;
  text: string;
}

/** Body of one inbound message. */
export interface NoteBody {
  seq: number;
  author: string;
  tags: string[];
  text: string;
}

const FEED_TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(4);
const NOTE_TEXT = 'The quick brown fox jumps over the lazy dog.';

/** `textLength` asks for an item of another size than the usual one. */
export function feedItem(seq: number, textLength = FEED_TEXT.length): FeedItem {
  return { seq, text: textLength === FEED_TEXT.length ? FEED_TEXT : textOf(textLength) };
}

let otherText = '';

function textOf(length: number): string {
  if (otherText.length !== length) otherText = 'x'.repeat(length);
  return otherText;
}

export function note(seq: number): NoteBody {
  return { seq, author: 'user_42', tags: ['fox', 'dog'], text: NOTE_TEXT };
}
