import { describe, expect, it } from '@jest/globals';
import { importCircles } from './import-circles.js';
import { type SourceFile, sourceFiles } from './source-files.js';

const LIBS = [
  'libs/contract/src',
  'libs/realtime/src',
  'libs/client/src',
  'libs/dashboard/src',
  'libs/eslint-plugin/src',
];
const REALTIME = 'libs/realtime/src/';
const DASHBOARD = 'libs/dashboard/';

/** Rooms of libs/realtime from left to right; a room imports from its own column and from those left of it. */
const COLUMNS = [
  ['own-url', 'package-copy'],
  ['realtime.exception'],
  ['authorization'],
  ['payloads'],
  ['instrumentation'],
  ['connections'],
  ['realtime.options', 'realtime.settings', 'realtime.hooks'],
  ['broker'],
  ['channels'],
  ['guards'],
  ['revocation'],
  ['broadcast'],
  ['outbox'],
  ['presence'],
  ['gateway'],
  ['inspection'],
  ['cqrs'],
  ['socket-io', 'redis', 'testing', 'opentelemetry'],
  ['doctor'],
  ['realtime.parts'],
  ['realtime.async-options', 'shared-ports'],
  ['realtime-providers', 'realtime.module'],
  ['index', 'adapters'],
  ['schematics'],
  ['bin'],
];

/** Folders of libs/dashboard, by the same rule: first what runs on the server, then what runs in the browser. */
const DASHBOARD_COLUMNS = [
  ['src/wire'],
  ['src/own-traffic', 'src/dashboard.options'],
  ['src/rows', 'src/payloads'],
  ['src/collectors', 'src/jobs'],
  ['src/feed'],
  ['src/page-files'],
  ['src/dashboard-page.controller'],
  ['src/realtime-dashboard.module'],
  ['src/index'],
  ['page/state'],
  ['page/link'],
  ['page/parts'],
  ['page/panels'],
  ['page/page'],
];

const SOCKET_IO = 'libs/realtime/src/socket-io';

/** Rooms and files of socket-io from left to right, as the columns above. */
const SOCKET_IO_COLUMNS = [
  ['internals', 'installed-copies'],
  ['fan-out'],
  ['handshake', 'own-adapter', 'rooms-view', 'socket-io.connection'],
  ['intake'],
  ['adapter-options', 'http-routes', 'slow-consumers', 'socket-io-probe', 'socket-io.server', 'socket-io.broadcaster'],
];

/** Each vendor has one home; the dashboard looks at the bus as well. */
const HOMES: [vendor: RegExp, home: string][] = [
  [/^(socket\.io|socket\.io-(parser|adapter)|engine\.io|ws)(\/|$)/, 'libs/realtime/src/socket-io/'],
  [/^@nestjs\/platform-socket\.io(\/|$)/, 'libs/realtime/src/socket-io/'],
  [/^@nestjs\/cqrs(\/|$)/, 'libs/(realtime/src/cqrs|dashboard/src/collectors)/'],
  [/^(redis|ioredis|@redis\/.*|@socket\.io\/redis.*)(\/|$)/, 'libs/realtime/src/redis/'],
  [/^@nestjs\/terminus(\/|$)/, 'test/'],
  [/^@opentelemetry\//, 'libs/realtime/src/opentelemetry/'],
  [/^bullmq$/, 'libs/dashboard/src/jobs/'],
];

/** The only places with an index.ts, and with it a public name. */
const DOORS = [
  ...LIBS.map((folder) => `${folder}/index.ts`),
  ...['adapters', 'cqrs', 'redis', 'opentelemetry', 'testing'].map((door) => `${REALTIME}${door}/index.ts`),
  ...['react', 'testing'].map((door) => `libs/client/src/${door}/index.ts`),
];

const libFiles = sourceFiles(...LIBS);

function importers(files: SourceFile[], forbidden: (imported: string, file: SourceFile) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports.filter((imported) => forbidden(imported, file)).map((imported) => `${file.path} imports ${imported}`),
  );
}

function room(path: string): string {
  return path.slice(REALTIME.length).replace(/\.ts$/, '').split('/')[0];
}

function column(path: string): number {
  return COLUMNS.findIndex((rooms) => rooms.includes(room(path)));
}

function dashboardRoom(path: string): string {
  return path
    .slice(DASHBOARD.length)
    .replace(/\.tsx?$/, '')
    .split('/')
    .slice(0, 2)
    .join('/');
}

function dashboardColumn(path: string): number {
  return DASHBOARD_COLUMNS.findIndex((rooms) => rooms.includes(dashboardRoom(path)));
}

describe('the direction of imports', () => {
  it('finds the sources', () => {
    expect(libFiles.length).toBeGreaterThan(20);
  });

  it('has a place for every room of libs/realtime', () => {
    const rooms = new Set(sourceFiles('libs/realtime/src').map(({ path }) => room(path)));
    expect([...rooms].filter((name) => !COLUMNS.flat().includes(name))).toEqual([]);
  });

  it('lets no room of libs/realtime import from its right', () => {
    const inside = sourceFiles('libs/realtime/src');
    expect(
      importers(inside, (imported, { path }) => imported.startsWith(REALTIME) && column(imported) > column(path)),
    ).toEqual([]);
  });

  it.each(HOMES)('keeps %s in %s', (vendor, home) => {
    const outside = libFiles.filter(
      ({ path }) => !new RegExp(`^${home}`).test(path) && !path.startsWith('libs/client/'),
    );
    expect(importers(outside, (imported) => vendor.test(imported))).toEqual([]);
  });

  it('keeps socket.io-client in one file of libs/client', () => {
    const files = libFiles.filter(({ imports }) => imports.some((imported) => imported.startsWith('socket.io-client')));
    expect(files.map(({ path }) => path.split('/').slice(0, 3).join('/'))).toEqual(['libs/client/src']);
  });

  it('lets the contract import nothing outside itself', () => {
    const contract = sourceFiles('libs/contract/src');
    expect(importers(contract, (imported) => !imported.startsWith('libs/contract/src/'))).toEqual([]);
  });

  it('lets the client import the contract and Socket.IO, its hooks React beside, and nothing of a server', () => {
    const client = sourceFiles('libs/client/src');
    const allowed = /^(libs\/client\/src\/|@nestjs-realtime\/contract$|socket\.io-client$|react$)/;
    expect(importers(client, (imported) => !allowed.test(imported))).toEqual([]);
    const core = client.filter(({ path }) => !path.startsWith('libs/client/src/react/'));
    expect(importers(core, (imported) => /^(react$|libs\/client\/src\/react\/)/.test(imported))).toEqual([]);
  });

  it('lets the lint plugin import Node and types of ESLint, so that it has no dependencies', () => {
    const inside = sourceFiles('libs/eslint-plugin/src');
    const allowed = /^(libs\/eslint-plugin\/src\/|node:|eslint$)/;
    expect(importers(inside, (imported) => !allowed.test(imported))).toEqual([]);
    expect(inside.filter(({ text }) => /^import (?!type).* from 'eslint'/m.test(text))).toEqual([]);
    expect(importCircles(inside)).toEqual([]);
  });

  it('lets the dashboard use the doors of the library, as any application', () => {
    const behindADoor = /^(nestjs-realtime\/(?!adapters$)|@nestjs-realtime\/[^/]+\/)/;
    expect(
      importers(sourceFiles('libs/dashboard/src', 'libs/dashboard/page'), (imported) => behindADoor.test(imported)),
    ).toEqual([]);
  });

  it("lets the dashboard's page import only the wire of its server", () => {
    const page = sourceFiles(`${DASHBOARD}page`);
    const ofTheServer = /^(libs\/dashboard\/src\/(?!wire\/)|@nestjs\/|nestjs-realtime$)/;
    expect(page.length).toBeGreaterThan(10);
    expect(importers(page, (imported) => ofTheServer.test(imported))).toEqual([]);
  });

  it('lets no folder of the dashboard import from its right', () => {
    const inside = sourceFiles(`${DASHBOARD}src`, `${DASHBOARD}page`);
    expect(inside.filter(({ path }) => dashboardColumn(path) < 0)).toEqual([]);
    expect(
      importers(
        inside,
        (imported, { path }) => imported.startsWith(DASHBOARD) && dashboardColumn(imported) > dashboardColumn(path),
      ),
    ).toEqual([]);
  });

  it('lets no files of libs/realtime import each other in a circle', () => {
    const inside = sourceFiles('libs/realtime/src').filter(({ path }) => !/\.(spec|test-d)\.ts$/.test(path));
    expect(importCircles(inside)).toEqual([]);
  });

  it('lets nothing in socket-io import from its right', () => {
    const inside = sourceFiles(SOCKET_IO).filter(({ path }) => !/\.spec\.ts$/.test(path));
    const place = (path: string): number => {
      const [name] = path
        .slice(SOCKET_IO.length + 1)
        .replace(/\.ts$/, '')
        .split('/');
      return SOCKET_IO_COLUMNS.findIndex((names) => names.includes(name));
    };
    expect(inside.filter(({ path }) => place(path) < 0).map(({ path }) => path)).toEqual([]);
    expect(
      importers(inside, (imported, { path }) => imported.startsWith(`${SOCKET_IO}/`) && place(imported) > place(path)),
    ).toEqual([]);
  });

  it('lets no files of the dashboard import each other in a circle', () => {
    expect(importCircles(sourceFiles(`${DASHBOARD}src`, `${DASHBOARD}page`))).toEqual([]);
  });

  it.each(LIBS)('lets %s reach no other package by its path', (folder) => {
    const outside = (imported: string): boolean => /^(libs|src|test|benchmarks)\//.test(imported);
    expect(
      importers(sourceFiles(folder), (imported) => outside(imported) && !imported.startsWith(`${folder}/`)),
    ).toEqual([]);
  });

  it('lets applications use doors only', () => {
    const applications = sourceFiles('src', 'test/fixture');
    const behindADoor =
      /^(libs\/|nestjs-realtime\/(?!(adapters|cqrs|opentelemetry|redis|testing)$)|@nestjs-realtime\/[^/]+\/)/;
    expect(importers(applications, (imported) => behindADoor.test(imported))).toEqual([]);
  });

  it('lets applications know nothing of Socket.IO', () => {
    const applications = sourceFiles('src', 'test/fixture');
    expect(
      importers(applications, (imported) => /^(socket\.io|engine\.io|ws$|@nestjs\/platform-socket\.io)/.test(imported)),
    ).toEqual([]);
  });

  it('exports no handler from an index', () => {
    const indexes = sourceFiles(...LIBS, 'src', 'test/fixture').filter(({ path }) => path.endsWith('/index.ts'));
    expect(importers(indexes, (imported) => imported.endsWith('.handler'))).toEqual([]);
  });
});

describe('doors', () => {
  it('are the only folders with an index', () => {
    const indexes = libFiles.filter(({ path }) => path.endsWith('/index.ts')).map(({ path }) => path);
    expect(indexes.filter((path) => !DOORS.includes(path))).toEqual([]);
  });

  it('list names and never export everything', () => {
    const all = sourceFiles(...LIBS, 'src', 'test', 'benchmarks');
    expect(all.filter(({ text }) => /^\s*export\s*\*/m.test(text)).map(({ path }) => path)).toEqual([]);
  });
});
