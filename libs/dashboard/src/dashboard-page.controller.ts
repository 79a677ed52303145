// Who serves the page? The application itself. The page holds no data, so any visitor gets it under one of the application's host names.
import {
  Controller,
  Get,
  Inject,
  Logger,
  NotFoundException,
  Param,
  Req,
  Res,
  ServiceUnavailableException,
  type Type,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { OwnHostGuard, RealtimeOptions } from 'nestjs-realtime';
import { fillPlaceholders, PAGE_DIRECTORY, type PageFiles, readPageFiles } from './page-files.js';

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // The browser revalidates each file, so that a page never runs scripts of another version.
  'cache-control': 'no-cache',
};

const NOT_BUILT =
  'The page of the realtime dashboard is not built. Run `npm run build` in the workspace of @nestjs-realtime/dashboard; the published package contains the page.';

/** The parts of a request that hold its path, global prefix included. */
interface PageRequest {
  readonly originalUrl?: string;
  readonly url: string;
}

/** The controller of the page at that path, for Express and Fastify. It sends files itself: global interceptors cannot wrap them. */
export function dashboardPageController(
  path: string,
  directory = PAGE_DIRECTORY,
  home: string | null = '/',
): Type<object> {
  // Protects against DNS rebinding: a request under a foreign host name gets neither page nor files.
  @UseGuards(OwnHostGuard)
  @Controller({ path, version: VERSION_NEUTRAL })
  class DashboardPageController {
    private readonly files: PageFiles | null = readPageFiles(directory);

    constructor(
      @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
      @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
    ) {
      if (this.files === null) new Logger('RealtimeDashboard').warn(NOT_BUILT);
    }

    @Get()
    page(@Req() request: PageRequest, @Res() response: unknown): void {
      const { index } = this.built();
      const { path: realtimePath } = this.moduleRef.get(RealtimeOptions, { strict: false });
      const page = fillPlaceholders(index, baseOf(request, path), realtimePath, home);
      sendText(this.http, response, 'text/html; charset=utf-8', page);
    }

    @Get('assets/:file')
    asset(@Param('file') name: string, @Res() response: unknown): void {
      const file = this.built().assets.get(name);
      if (file === undefined) throw new NotFoundException();
      sendText(this.http, response, file.type, file.text);
    }

    private built(): PageFiles {
      if (this.files === null) throw new ServiceUnavailableException(NOT_BUILT);
      return this.files;
    }
  }
  return DashboardPageController;
}

function sendText({ httpAdapter }: HttpAdapterHost, response: unknown, type: string, text: string): void {
  for (const [name, value] of Object.entries(HEADERS)) httpAdapter.setHeader(response, name, value);
  httpAdapter.setHeader(response, 'content-type', type);
  httpAdapter.reply(response, text, 200);
}

/**
 * The path as the browser sees it. The configured path if the request's path is not a plain one that ends with it.
 *
 * Security note: reads client data.
 */
function baseOf({ originalUrl, url }: PageRequest, path: string): string {
  const asked = (originalUrl ?? url).split('?', 1)[0].replace(/\/$/, '');
  return /^(\/[\w~.-]+)+$/.test(asked) && asked.endsWith(path) ? asked : path;
}
