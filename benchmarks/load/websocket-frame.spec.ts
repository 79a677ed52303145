import { describe, expect, it } from '@jest/globals';
import { encodeTextFrame, FrameReader } from './websocket-frame.js';

function serverFrame(text: string): Buffer {
  const body = Buffer.from(text);
  if (body.length < 126) return Buffer.concat([Buffer.from([0x81, body.length]), body]);
  if (body.length > 0xffff) {
    const header = Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(body.length, 6);
    return Buffer.concat([header, body]);
  }
  return Buffer.concat([Buffer.from([0x81, 126, body.length >> 8, body.length & 0xff]), body]);
}

function readerInto(texts: string[]): FrameReader {
  return new FrameReader(
    (buffer, start, end) => texts.push(buffer.toString('utf8', start, end)),
    () => texts.push('closed'),
  );
}

describe('FrameReader', () => {
  const sent = ['2', '42["tick",{"seq":1}]', 'x'.repeat(125), 'y'.repeat(126), 'ü'.repeat(500), 'z'.repeat(70_000)];
  const bytes = Buffer.concat(sent.map(serverFrame));

  it.each([1, 2, 3, 7, 127, 4096, bytes.length])('finds every text when the stream is cut every %d bytes', (size) => {
    const texts: string[] = [];
    const reader = readerInto(texts);
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    expect(texts).toEqual(sent);
  });

  it('reports that the server closes', () => {
    const texts: string[] = [];
    readerInto(texts).push(Buffer.from([0x88, 2, 0x03, 0xe8]));
    expect(texts).toEqual(['closed']);
  });

  it('refuses a fragment instead of counting it', () => {
    expect(() => readerInto([]).push(Buffer.from([0x01, 1, 0x41]))).toThrow('fragmented');
  });
});

describe('encodeTextFrame', () => {
  it.each(['40', 'm'.repeat(125), 'ü'.repeat(63), 'n'.repeat(4000)])(
    'masks a text so that it reads back (%#)',
    (text) => {
      const frame = encodeTextFrame(text);
      const header = frame[1] === (0x80 | 126) ? 8 : 6;
      const mask = frame.subarray(header - 4, header);
      const body = frame.subarray(header).map((byte, i) => byte ^ mask[i & 3]);
      expect(Buffer.from(body).toString()).toBe(text);
      expect(mask.some((byte) => byte !== 0)).toBe(true);
    },
  );
});
