import type { INestApplication } from '@nestjs/common';
import { type CallHandler, Injectable, type NestInterceptor, VersioningType } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeApps, HTTP_ADAPTERS, type HttpAdapterName, type TestApp } from '../kit/boot.js';
import { answerTo } from '../kit/raw-http.js';
import { bootDashboard } from './dashboard-app.js';
import { map } from 'rxjs';

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Wraps every response body, as the interceptors of many applications do. */
@Injectable()
class Wrapping implements NestInterceptor {
  intercept(_context: unknown, next: CallHandler): ReturnType<CallHandler['handle']> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

describe.each(HTTP_ADAPTERS)('the page on %s', (http) => {
  afterEach(closeApps);

  const start = (
    adapter: HttpAdapterName,
    prepare?: (app: INestApplication) => void,
    path?: string,
  ): Promise<TestApp> =>
    bootDashboard({
      dashboard: { path },
      realtime: { path: '/live/"socket"' },
      boot: { http: adapter, prepare },
    });

  it('has strict headers, and so has every file that it loads', async () => {
    const app = await start(http);
    const page = await fetch(`${app.url}/realtime-dashboard`);
    const html = await page.text();
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link);
    expect(loaded).toContain('/realtime-dashboard/assets/page.js');
    expect(html).not.toMatch(/__|<script(?![^>]* src=)|<style|\son\w+=/);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
    const assets = await Promise.all(loaded.map((link) => fetch(`${app.url}${link}`)));
    for (const asset of assets) {
      expect(asset.headers.get('content-type')).toBe(`${types[asset.url.split('.').at(-1)!]}; charset=utf-8`);
    }
    for (const { status, headers } of [page, ...assets]) {
      expect(status).toBe(200);
      expect(headers.get('content-security-policy')).toBe(CSP);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-cache');
    }
  });

  it('contains the path of the realtime layer, escaped', async () => {
    const app = await start(http);
    const html = await (await fetch(`${app.url}/realtime-dashboard`)).text();
    expect(html).toContain('content="/live/&#34;socket&#34;"');
  });

  it('leads back to the application where that has pages of its own', async () => {
    const link = async (home?: string | null): Promise<string | undefined> => {
      const app = await bootDashboard({ dashboard: { home }, boot: { http } });
      const html = await (await fetch(`${app.url}/realtime-dashboard`)).text();
      return /class="home" hidden><a data-to="([^"]*)"/.exec(html)?.[1];
    };
    expect(await link()).toBe('/');
    expect(await link('https://app.example/?a="b"')).toBe('https://app.example/?a=&#34;b&#34;');
    expect(await link(null)).toBe('');
  });

  it('is refused under a foreign host name, as after DNS rebinding', async () => {
    const app = await start(http);
    const { host } = new URL(app.url);
    const get = (path: string, ...lines: string[]) => answerTo(app.url, [`GET ${path} HTTP/1.1`, ...lines]);
    for (const path of [
      '/realtime-dashboard',
      '/realtime-dashboard/assets/page.js',
      '/realtime-dashboard/assets/none',
    ]) {
      expect((await get(path, `Host: ${host}`)).status).toBe(path.endsWith('none') ? 404 : 200);
      for (const lines of [
        ['Host: evil.example'],
        ['Host: evil.example', `Origin: ${app.url}`, 'Sec-Fetch-Site: same-origin'],
        [`Host: ${host}.evil.example`],
        [`Host: ${host}`, 'Host: evil.example'],
        ['Host: evil.example', `X-Forwarded-Host: ${host}`],
      ]) {
        const { status, rest } = await get(path, ...lines);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).not.toBe(404);
        expect(rest).not.toContain('realtime-dashboard');
      }
      expect((await get(`http://evil.example${path}`, `Host: ${host}`)).status).toBeGreaterThanOrEqual(400);
    }
  });

  it('is served under the configured hosts and origins, also when a trusted proxy forwards the name', async () => {
    const realtime = { origins: ['https://app.example'], hosts: ['node.example'], trustProxy: true };
    const app = await bootDashboard({ realtime, boot: { http } });
    const page = async (...lines: string[]): Promise<number> =>
      (await answerTo(app.url, ['GET /realtime-dashboard HTTP/1.1', ...lines])).status;
    expect(await page('Host: app.example')).toBe(200);
    expect(await page('Host: node.example:3000')).toBe(200);
    expect(await page('Host: 10.0.0.7', 'X-Forwarded-Host: app.example', 'X-Forwarded-Proto: https')).toBe(200);
    expect(await page('Host: app.example', 'X-Forwarded-Host: evil.example')).toBe(403);
    expect(await page('Host: app.example:8443')).toBe(403);
  });

  it('is served on this machine where its socket may connect, which is outside production', async () => {
    const environment = process.env.NODE_ENV;
    try {
      for (const [nodeEnv, status] of [
        ['development', 200],
        ['production', 403],
      ] as const) {
        process.env.NODE_ENV = nodeEnv;
        const app = await bootDashboard({ realtime: { hosts: ['node.example'] }, boot: { http } });
        const { port } = new URL(app.url);
        for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
          const answer = await answerTo(app.url, ['GET /realtime-dashboard HTTP/1.1', `Host: ${name}:${port}`]);
          expect(answer.status).toBe(status);
        }
        await closeApps();
      }
    } finally {
      process.env.NODE_ENV = environment;
    }
  });

  it('serves no other file', async () => {
    const app = await start(http);
    for (const name of [
      'index.html',
      '..%2findex.js',
      '%2e%2e%2f%2e%2e%2fpackage.json',
      '__proto__',
      'page.js%00',
      'a/b',
    ]) {
      expect((await fetch(`${app.url}/realtime-dashboard/assets/${name}`)).status).toBeGreaterThanOrEqual(400);
    }
  });

  it('is served at its configured path, under a global prefix and with versions in URLs', async () => {
    const app = await start(
      http,
      (nest) => nest.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '3' }),
      '/ops/live',
    );
    const html = await (await fetch(`${app.url}/api/ops/live?x="><script>`)).text();
    expect(html).toContain('src="/api/ops/live/assets/page.js"');
    expect((await fetch(`${app.url}/api/ops/live/assets/page.js`)).status).toBe(200);
  });

  it('is not wrapped by a global interceptor', async () => {
    const app = await start(http, (nest) => void nest.useGlobalInterceptors(new Wrapping()));
    const page = await fetch(`${app.url}/realtime-dashboard`);
    expect((await page.text()).startsWith('<!doctype html>')).toBe(true);
  });
});
