// Does the client run where engines are old, as in React Native and in WebViews that nobody updates?
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'acorn';
import { build, type Plugin } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { WebSocket } from 'ws';
import { ScriptedServer } from '../test/scripted-server.js';
import { createRealtimeClient } from './index.js';

/** What the README promises. */
const TARGET = 2020;
const FOLDERS = ['libs/contract', 'libs/client'];

/** The options with which a package is built. */
function optionsOf(folder: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.lib.json'), (path) => readFileSync(path, 'utf8'));
  return ts.parseJsonConfigFileContent(config, ts.sys, folder).options;
}

/** A source as its package ships it. */
function shipped(path: string): string {
  const folder = FOLDERS.find((each) => path.includes(`${each}/`))!;
  const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
    fileName: path,
    compilerOptions: {
      ...optionsOf(folder),
      sourceMap: false,
      module: ts.ModuleKind.ESNext,
      moduleResolution: undefined,
    },
  });
  return outputText;
}

const asShipped: Plugin = {
  name: 'as shipped',
  setup: (plugged) =>
    plugged.onLoad({ filter: /libs\/(contract|client)\/src\/.*\.ts$/ }, ({ path }) => ({
      contents: shipped(path),
      resolveDir: dirname(path),
    })),
};

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ts$/.test(name) && !/\.(spec|test-d)\.ts$/.test(name))
    .map((name) => join(folder, 'src', name)),
);

/** As React Native and old browsers have it: its signals have no reason. */
const OLD_ABORT = `
  delete Object.hasOwn; delete Array.prototype.at; delete String.prototype.at; delete Array.prototype.findLast;
  delete Array.prototype.toSorted; delete Object.groupBy; delete Promise.withResolvers; delete String.prototype.replaceAll;
  delete Promise.any; delete Symbol.dispose; delete Symbol.asyncDispose; delete globalThis.WeakRef;
  globalThis.AbortController = class {
    constructor() {
      const listeners = new Set();
      this.signal = {
        aborted: false,
        addEventListener: (type, listener) => listeners.add(listener),
        removeEventListener: (type, listener) => listeners.delete(listener),
      };
      this.abort = () => {
        this.signal.aborted = true;
        for (const listener of listeners) listener();
      };
    }
  };
  {
    const Old = Error;
    // Without a cause
    globalThis.Error = function Error(message) {
      return Reflect.construct(Old, [message], new.target ?? Error);
    };
    globalThis.Error.prototype = Old.prototype;
  }
`;

describe('the packages that browsers load', () => {
  it.each(sources)(`ship the syntax of ${TARGET}: %s`, (path) => {
    expect(() => parse(shipped(path), { ecmaVersion: TARGET, sourceType: 'module' })).not.toThrow();
  });
});

describe('a client in an old engine', () => {
  let server: ScriptedServer;
  let inRealm: (code: string) => Promise<unknown>;

  beforeAll(async () => {
    server = await ScriptedServer.listen();
    const { outputFiles } = await build({
      stdin: { contents: `export * from './libs/client/src/index.ts';`, resolveDir: process.cwd(), loader: 'ts' },
      bundle: true,
      format: 'iife',
      globalName: 'realtime',
      platform: 'browser',
      tsconfig: 'tsconfig.json',
      plugins: [asShipped],
      write: false,
    });
    const { setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask, performance } = globalThis;
    const context = createContext({
      setTimeout,
      clearTimeout,
      setInterval,
      clearInterval,
      queueMicrotask,
      performance,
      WebSocket,
      url: server.url,
    });
    runInContext(
      `globalThis.self = globalThis; ${OLD_ABORT} ${outputFiles[0].text}; globalThis.realtime = realtime;`,
      context,
    );
    inRealm = (code) => runInContext(`(async () => { ${code} })()`, context) as Promise<unknown>;
  });
  afterAll(() => server.close());

  it('connects, hears, sends, leaves and closes', async () => {
    server.on('rt:message', ({ body, socket }) => {
      socket.emit('rt:event', 'orders.a%40b', 'x', { n: 1 });
      return { ok: true, data: body };
    });
    const told = await inRealm(`
      const client = realtime.createRealtimeClient({ url, auth: () => ({ token: 't' }) });
      await client.ready();
      const channel = client.channel('orders.{id}', { id: 'a@b' });
      const heard = [];
      channel.on('x', (payload) => heard.push(payload));
      const loop = channel.events('x');
      await channel.ready({ signal: new AbortController().signal });
      const { payload } = await channel.send('m', [1]);
      const { value } = await loop.next();
      const watch = client.watch(['ada']);
      watch.unwatch();
      channel.unsubscribe();
      await client.close();
      return JSON.stringify([heard, payload, value, client.status]);
    `);
    expect(JSON.parse(told as string)).toEqual([[{ n: 1 }], [1], { n: 1 }, { state: 'closed' }]);
  });

  it('rejects with an AbortError of its own where a signal has no reason', async () => {
    server.on('rt:message', () => undefined);
    const told = await inRealm(`
      const client = realtime.createRealtimeClient({ url });
      const channel = client.channel('a');
      const before = new AbortController();
      before.abort();
      const later = new AbortController();
      const { signal } = later;
      const waits = [
        channel.send('m', 1, { signal: before.signal }),
        channel.events('x', { signal: before.signal }).next(),
        channel.send('m', 1, { signal }),
        channel.events('x', { signal }).next(),
        client.ready({ signal }),
      ];
      later.abort();
      const names = [];
      for (const each of waits) names.push(await each.catch(({ name }) => name));
      await client.close();
      return names.join();
    `);
    expect(told).toBe(Array(5).fill('AbortError').join());
  });

  it('tells the cause of an error', async () => {
    const told = inRealm(`
      const client = realtime.createRealtimeClient({ url, retryDelay: 60000, auth: () => Promise.reject('why') });
      const reason = await new Promise((resolve) => client.onStatus(({ reason }) => reason && resolve(reason)));
      await client.close();
      return [reason.code, reason.cause].join();
    `);
    expect(await told).toBe('UNAVAILABLE,why');
  });

  it('has the same options as the source', async () => {
    const fault = (): unknown => createRealtimeClient({ none: 1 } as never);
    const told = await inRealm(
      `try { realtime.createRealtimeClient({ none: 1 }) } catch ({ message }) { return message }`,
    );
    expect(fault).toThrow(told);
  });
});
