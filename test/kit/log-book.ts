// What was logged? A Nest logger that keeps its lines.
import type { LoggerService } from '@nestjs/common';

export class LogBook implements LoggerService {
  readonly lines: string[] = [];

  log(...parts: unknown[]): void {
    this.write('log', parts);
  }

  warn(...parts: unknown[]): void {
    this.write('warn', parts);
  }

  error(...parts: unknown[]): void {
    this.write('error', parts);
  }

  debug(...parts: unknown[]): void {
    this.write('debug', parts);
  }

  errors(): string[] {
    return this.lines.filter((line) => line.startsWith('error '));
  }

  private write(level: string, parts: unknown[]): void {
    this.lines.push([level, ...parts.map(String)].join(' '));
  }
}
