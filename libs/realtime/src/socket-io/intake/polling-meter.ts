// How are the packets of a polling client counted? The bodies of its requests before they are taken apart, then each packet.
import type { EnginePacket, IncomingTransport } from '../internals.js';
import type { TransportLink } from './transport-link.js';

/** Judges bodies and packets; one for all transports. */
export interface TransportMeter {
  takesBody(link: TransportLink, bytes: number): boolean;
  takesPacket(link: TransportLink, packet: EnginePacket): boolean;
}

type Metered = IncomingTransport & { readonly link: TransportLink; readonly meter: TransportMeter };

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

function ownMethods(transport: Metered): IncomingTransport {
  return Object.getPrototypeOf(transport) as IncomingTransport;
}
