// How does a Nest gateway check a Standard Schema? With the pipe that applications write for it.
import type { PipeTransform } from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import type { z } from 'zod';

export class SchemaPipe<Schema extends z.ZodType> implements PipeTransform<unknown, z.output<Schema>> {
  constructor(private readonly schema: Schema) {}

  transform(value: unknown): z.output<Schema> {
    const { success, data } = this.schema.safeParse(value);
    if (!success) throw new WsException('INVALID_PAYLOAD');
    return data;
  }
}
