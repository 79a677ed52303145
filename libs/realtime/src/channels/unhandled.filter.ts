// What happens to an error that no filter of the application handles? The library gets it and logs it safely.
import { Catch, type ExceptionFilter } from '@nestjs/common';

/**
 * The last filter, for errors that no other filter handles. It replaces Nest's own, which logs an error unescaped: its text may contain
 * client data, and with it forged log lines.
 */
@Catch()
export class UnhandledFilter implements ExceptionFilter {
  catch(error: unknown): never {
    throw error;
  }
}
