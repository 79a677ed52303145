// Which broadcast is this? The sequence number, read from the bytes of a packet without parsing them.

const SEQ = Buffer.from('"seq":');
const ZERO = 0x30;

/** The number behind the first `"seq":` between the bounds, -1 where there is none. */
export function sequenceNumber(buffer: Buffer, start: number, end: number): number {
  const found = buffer.indexOf(SEQ, start);
  if (found < 0 || found >= end) return -1;
  let seq = 0;
  for (let at = found + SEQ.length; at < end; at++) {
    const digit = buffer[at] - ZERO;
    if (digit < 0 || digit > 9) break;
    seq = seq * 10 + digit;
  }
  return seq;
}
