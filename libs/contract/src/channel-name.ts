// What is a legal channel name? Protocol: `.`-separated segments, each `[A-Za-z0-9_-]{1,64}`, at most 200 characters in all.

/** Longest legal channel name, in characters. */
export const MAX_CHANNEL_NAME_LENGTH = 200;
/** Longest legal segment of a channel name, in characters. */
export const MAX_SEGMENT_LENGTH = 64;

/**
 * Splits a concrete channel name into its segments; null when the name is not legal.
 *
 * Security note: reads client data. One pass, no RegExp, and nothing is allocated for an illegal name.
 */
export function splitChannelName(name: unknown): string[] | null {
  return isLegalChannelName(name) ? name.split('.') : null;
}

/** Whether the value is a legal concrete channel name. */
export function isLegalChannelName(name: unknown): name is string {
  if (typeof name !== 'string' || name.length > MAX_CHANNEL_NAME_LENGTH) return false;
  let segmentLength = 0;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code === DOT) {
      if (segmentLength === 0) return false;
      segmentLength = 0;
    } else if (!isSegmentCharacter(code) || ++segmentLength > MAX_SEGMENT_LENGTH) {
      return false;
    }
  }
  return segmentLength > 0;
}

/** Whether the value is one legal segment, and so a legal param value: one segment, no dots. */
export function isLegalSegment(value: unknown): value is string {
  return isLegalChannelName(value) && !value.includes('.');
}

const DOT = 0x2e;

function isSegmentCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || // a-z
    (code >= 0x41 && code <= 0x5a) || // A-Z
    (code >= 0x30 && code <= 0x39) || // 0-9
    code === 0x5f || // _
    code === 0x2d // -
  );
}
