// Where does Prometheus scrape? GET /metrics, in its own text format.
import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { MetricsGuard } from './metrics.guard.js';
import { Telemetry } from './telemetry.sdk.js';

@Controller('metrics')
export class MetricsController {
  constructor(private readonly telemetry: Telemetry) {}

  @Get()
  @UseGuards(MetricsGuard)
  scrape(@Req() request: Request, @Res() response: Response): void {
    this.telemetry.prometheus.getMetricsRequestHandler(request, response);
  }
}
