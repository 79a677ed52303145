// Who may read the metrics? Whoever has the token; without one, whoever sits at the machine, and asks under a name of ours.
import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { OwnHostGuard } from 'nestjs-realtime';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** A proxy on this machine comes from loopback, too, on behalf of anybody. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/** `METRICS_TOKEN` as a bearer token, wherever from; where that is not set, direct requests from loopback. A page under a rebound name sends those, too, but not under our name. */
@Injectable()
export class MetricsGuard implements CanActivate {
  private readonly token = process.env.METRICS_TOKEN ?? '';

  constructor(private readonly ownHost: OwnHostGuard) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (this.token !== '') return isSame(request.headers.authorization ?? '', `Bearer ${this.token}`);
    const isProxied = PROXY_HEADERS.some((name) => name in request.headers);
    return isLoopback(request.socket.remoteAddress ?? '') && !isProxied && this.ownHost.canActivate(context);
  }
}

function isLoopback(address: string): boolean {
  return address !== '' && LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Digests are of one length, which `timingSafeEqual` wants. */
function isSame(given: string, expected: string): boolean {
  const [left, right] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(left, right);
}
