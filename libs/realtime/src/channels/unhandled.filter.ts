// What happens to an error that no filter of the application takes? It goes on to the library, which logs it safely.
import { Catch, type ExceptionFilter } from '@nestjs/common';

/**
 * The last filter, for what no other takes. Nest's own one logs an error as it is, before we do: the text of an error may hold what
 * a client has sent, and with it lines of the client's making.
 */
@Catch()
export class UnhandledFilter implements ExceptionFilter {
  catch(error: unknown): never {
    throw error;
  }
}
