// How is an event encoded once, however many receive it? As the text of its Socket.IO packet, made before any adapter sees it.
import { FRAMES } from '@nestjs-realtime/contract';
import { Encoder, type Packet, PacketType } from 'socket.io-parser';
import type { EncodedEvent } from '../connections/encoded-event.js';

/** A Socket.IO packet that carries its own encoding. */
export interface PreparedPacket extends Packet {
  readonly prepared: string;
}

/** The `rt:event` packet of an event. `data` is for outgoing listeners of the transport and holds no payload. */
export function prepareEvent({ channel, event, json }: EncodedEvent): PreparedPacket {
  const prepared = `${PacketType.EVENT}["${FRAMES.EVENT}","${channel}","${event}",${json}]`;
  return { type: PacketType.EVENT, nsp: '/', data: [FRAMES.EVENT, channel, event], prepared };
}

/** Socket.IO's encoder, except that prepared packets are taken as they are. */
export class PreparedEncoder extends Encoder {
  override encode(packet: Packet | PreparedPacket): unknown[] {
    return 'prepared' in packet ? [packet.prepared] : super.encode(packet);
  }
}
