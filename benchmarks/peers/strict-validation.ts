// How does a Nest gateway check a DTO?
import { ValidationPipe } from '@nestjs/common';
import { WsException } from '@nestjs/websockets';

/** As strict as this module is with a DTO, so that both do the same work. */
export const strictValidation = new ValidationPipe({
  transform: true,
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
  exceptionFactory: () => new WsException('INVALID_PAYLOAD'),
});
