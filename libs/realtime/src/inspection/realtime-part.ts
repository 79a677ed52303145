// How does a question about an application reach the parts of its realtime? The doctor, the matrix and the commands all ask here.
import type { Abstract, INestApplicationContext, Type } from '@nestjs/common';
import { RealtimeFault } from '../realtime.exception.js';

/** @throws RealtimeFault if the application does not import `RealtimeModule`. */
export function realtimePart<Part>(
  app: INestApplicationContext,
  token: Type<Part> | Abstract<Part> | string | symbol,
): Part {
  try {
    return app.get<Part>(token, { strict: false });
  } catch (cause) {
    throw Object.assign(new RealtimeFault('The application has no realtime; import RealtimeModule.forRoot().'), {
      cause,
    });
  }
}
