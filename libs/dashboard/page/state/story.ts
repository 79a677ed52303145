// Which rows belong to one bus event? The rows with the same story, from the event to its broadcasts.
import type { StreamRow } from '../../src/wire/feed.frames.js';

/** Most rows of one story. An event with more broadcasts is shown by its first ones. */
const KEPT_STORY_ROWS = 500;

export interface Story {
  readonly id: number;
  /** Oldest first. */
  readonly rows: readonly StreamRow[];
}

export function findStory(id: number, rows: readonly StreamRow[]): Story {
  return extendStory({ id, rows: [] }, rows);
}

/** @returns the story with its rows among `rows` added; the same story if there are none. */
export function extendStory(story: Story, rows: readonly StreamRow[]): Story {
  const more = rows.filter((row) => row.story === story.id);
  if (more.length === 0 || story.rows.length >= KEPT_STORY_ROWS) return story;
  return { ...story, rows: [...story.rows, ...more].slice(0, KEPT_STORY_ROWS) };
}
