// On which channel do the readers of an article see each other? One for each article. A user is a member while any of their pages is on it.
import { defineRealtimeChannel } from 'nestjs-realtime';
import { Comment, CommentMade, Reader } from './reader.js';

export const readersChannel = defineRealtimeChannel({
  name: 'articles.{articleId}.readers',
  scope: 'authenticated',
  presence: { data: Reader },
  // The server forwards a whisper to the other readers with the sender's id; no handler sees it, and nothing keeps it.
  messages: { comment: Comment, typing: { payload: null, whisper: true } },
  events: { commented: CommentMade },
});
