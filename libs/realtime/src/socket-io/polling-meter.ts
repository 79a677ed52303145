// How are the packets of a polling client counted? The bodies of its requests before they are taken apart, then each packet.
import type { TransportLink } from './transport-link.js';

/** A packet as Engine.IO has decoded it. */
export interface EnginePacket {
  readonly type: string;
  readonly data?: string | Buffer;
}

/** Judges bodies and packets; one for all transports. */
export interface TransportMeter {
  takesBody(link: TransportLink, bytes: number): boolean;
  takesPacket(link: TransportLink, packet: EnginePacket): boolean;
}

/** Engine.IO's methods for what comes in; it has no event before a body is decoded. */
interface Transport {
  onData(body: string): void;
  onPacket(packet: EnginePacket): void;
}

type Metered = Transport & { readonly link: TransportLink; readonly meter: TransportMeter };

/** Stands in front of both methods of one transport. Security note: reads client data. */
export function meterTransport(transport: object, link: TransportLink, meter: TransportMeter): void {
  Object.assign(transport, { link, meter, onData, onPacket });
}

function onData(this: Metered, body: string): void {
  if (this.meter.takesBody(this.link, Buffer.byteLength(body))) ownMethods(this).onData.call(this, body);
}

function onPacket(this: Metered, packet: EnginePacket): void {
  if (this.meter.takesPacket(this.link, packet)) ownMethods(this).onPacket.call(this, packet);
}

function ownMethods(transport: Metered): Transport {
  return Object.getPrototypeOf(transport) as Transport;
}
