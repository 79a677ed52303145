// How does the page reach the browser? As static files, with headers that let the browser run our own files only.
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';

/** `npm run build:page` puts the bundle there, beside the compiled server. */
const PAGE_DIRECTORY = fileURLToPath(new URL('../page', import.meta.url));

/** `connect-src 'self'` covers the WebSocket, which has the page's own origin. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function servePage(app: NestExpressApplication): void {
  app.disable('x-powered-by');
  app.use(setSecurityHeaders);
  app.useStaticAssets(PAGE_DIRECTORY);
}

function setSecurityHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    // Answers depend on the session; the static files are small and carry an ETag.
    'Cache-Control': 'no-cache',
  });
  next();
}
