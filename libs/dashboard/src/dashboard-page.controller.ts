// Where does the page come from? From this application; it holds no data, so anybody may have it who asks for it under a name of ours.
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
  // asked for anew each time, so that a page never meets the scripts of another version
  'cache-control': 'no-cache',
};

const NOT_BUILT =
  'The page of the realtime dashboard is not built: run `npm run build` in the workspace of @nestjs-realtime/dashboard; its published package has the page.';

/** What of a request tells under which path, global prefix included, the page was asked for. */
interface PageRequest {
  readonly originalUrl?: string;
  readonly url: string;
}

/** The controller of the page at that path, with Express and with Fastify. Global interceptors cannot wrap what it sends. */
export function dashboardPageController(path: string, directory = PAGE_DIRECTORY): Type<object> {
  // A page under a rebound name gets no copy of ours to run, and learns nothing from it.
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
      const page = fillPlaceholders(index, baseOf(request, path), realtimePath);
      this.send(response, 'text/html; charset=utf-8', page);
    }

    @Get('assets/:file')
    asset(@Param('file') name: string, @Res() response: unknown): void {
      const file = this.built().assets.get(name);
      if (file === undefined) throw new NotFoundException();
      this.send(response, file.type, file.text);
    }

    private built(): PageFiles {
      if (this.files === null) throw new ServiceUnavailableException(NOT_BUILT);
      return this.files;
    }

    private send(response: unknown, type: string, text: string): void {
      const { httpAdapter } = this.http;
      for (const [name, value] of Object.entries(HEADERS)) httpAdapter.setHeader(response, name, value);
      httpAdapter.setHeader(response, 'content-type', type);
      httpAdapter.reply(response, text, 200);
    }
  }
  return DashboardPageController;
}

/**
 * The path as the browser sees it; the configured one where that cannot be told.
 *
 * Security note: reads client data.
 */
function baseOf({ originalUrl, url }: PageRequest, path: string): string {
  const asked = (originalUrl ?? url).split('?', 1)[0].replace(/\/$/, '');
  return /^(\/[\w~.-]+)+$/.test(asked) && asked.endsWith(path) ? asked : path;
}
