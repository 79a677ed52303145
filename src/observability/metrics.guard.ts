// Which clients may read the metrics? Those with the token; if none is set, those on this machine that use one of its names.
import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { OwnHostGuard } from 'nestjs-realtime';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Headers of a proxy. One on this machine connects from loopback as well, for clients from anywhere. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/**
 * With `METRICS_TOKEN`, admits every request that has it as a bearer token. Without, admits direct requests from loopback under one of
 * the names in HOSTS: a page under a rebound name sends requests from loopback too, but under its own name.
 */
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

/** Compares digests, because `timingSafeEqual` needs the same length on both sides. */
function isSame(given: string, expected: string): boolean {
  const [left, right] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(left, right);
}
