// In which part of a Redis Cluster does a channel live? In one of a fixed number of partitions, which are spread evenly over its slots.

/** Slots of a Redis Cluster. */
export const SLOTS = 16_384;

const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/** The CRC16 of the UTF-8 bytes of a text, as Redis Cluster computes it. */
export function crc16(text: string): number {
  let crc = 0;
  for (const byte of Buffer.from(text)) crc = ((crc << 8) ^ CRC_TABLE[(crc >> 8) ^ byte]) & 0xffff;
  return crc;
}

/** The slot of a hash tag. */
export function slotOf(tag: string): number {
  return crc16(tag) % SLOTS;
}

/**
 * A hash tag for each partition, in the order of their slots: the slots are divided into as many equal ranges, and each tag lies in its own.
 * So contiguous ranges of slots, which is what masters have, hold equal numbers of partitions.
 */
export function partitionTags(partitions: number): readonly string[] {
  const tags = new Array<string | undefined>(partitions).fill(undefined);
  let missing = partitions;
  for (let candidate = 0; missing > 0; candidate++) {
    const tag = candidate.toString(36);
    const range = Math.floor((slotOf(tag) * partitions) / SLOTS);
    if (tags[range] !== undefined) continue;
    tags[range] = tag;
    missing--;
  }
  return tags as string[];
}
