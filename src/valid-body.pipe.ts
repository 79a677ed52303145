// What does a route handler receive? An instance of its DTO class, with the declared fields only.
import { Injectable, ValidationPipe } from '@nestjs/common';

@Injectable()
export class ValidBody extends ValidationPipe {
  constructor() {
    super({ whitelist: true, transform: true });
  }
}
