// What do the pipes on a class and its method make of a payload?
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { isPromiseLike } from '../connections/promise-like.js';

/** The payload, through one pipe after another; a promise of it once one takes its time. */
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
