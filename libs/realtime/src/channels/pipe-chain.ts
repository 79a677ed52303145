// What does a payload become after the pipes of a class and its method?
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { isPromiseLike } from '../connections/promise-like.js';

/** Passes the payload through one pipe after another. Returns a promise as soon as one pipe does. */
export function throughPipes(
  pipes: readonly PipeTransform[],
  metadata: ArgumentMetadata,
  payload: unknown,
  from = 0,
): unknown {
  let value = payload;
  for (let index = from; index < pipes.length; index++) {
    if (isPromiseLike(value)) return value.then((found) => throughPipes(pipes, metadata, found, index));
    value = pipes[index].transform(value, metadata) as unknown;
  }
  return value;
}
