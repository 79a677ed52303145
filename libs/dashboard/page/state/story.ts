// What came of one bus event? The rows that share its story, from the event to the deliveries.
import type { StreamRow } from '../../src/wire/feed.frames.js';

/** Rows of one story that are kept: an event that fans out to more channels is told by its beginning. */
const KEPT_STORY_ROWS = 500;

export interface Story {
  readonly id: number;
  /** Oldest first. */
  readonly rows: readonly StreamRow[];
}

export function findStory(id: number, rows: readonly StreamRow[]): Story {
  return tellStory({ id, rows: [] }, rows);
}

/** @returns the same story where none of the rows belongs to it. */
export function tellStory(story: Story, rows: readonly StreamRow[]): Story {
  const more = rows.filter((row) => row.story === story.id);
  if (more.length === 0 || story.rows.length >= KEPT_STORY_ROWS) return story;
  return { ...story, rows: [...story.rows, ...more].slice(0, KEPT_STORY_ROWS) };
}
