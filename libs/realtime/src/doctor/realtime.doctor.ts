// What is wrong with this set-up, and how is it fixed? Checked at boot (in production for one finding only) and by `npx nestjs-realtime doctor`.
import { type INestApplicationContext, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import { IRealtimeAuthenticator } from '../authorization/realtime.authenticator.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { QueryUse } from '../inspection/query.use.js';
import { realtimePart } from '../inspection/realtime-part.js';
import { IRealtimeServer } from '../connections/realtime.server.js';
import { thrownText } from '../instrumentation/log-text.js';
import { type DoctorCode, RealtimeOptions } from '../realtime.options.js';
import { channelFindings } from './channel-findings.js';
import { adapterFindings, entranceFindings, QUERY_READ } from './entrance-findings.js';
import { type RealtimeFinding, renderFindings, sorted } from './finding.js';
import { globalGuardFindings } from './global-guard-findings.js';
import { installationFindings } from './installation-findings.js';
import { testFindings } from './test-findings.js';

/** What the doctor cannot find out by itself. */
export interface DiagnoseOptions {
  /** A folder of the application, from where its packages are found. Default: the working directory. */
  readonly root?: string;
  /** Folders of sources and tests; without them nothing is said of tests. */
  readonly sources?: readonly string[];
}

/** Findings that are reported at boot in production too, because nothing else shows them before an attack. */
const SAID_IN_PRODUCTION: readonly DoctorCode[] = ['ANY_HOST'];

@Injectable()
export class RealtimeDoctor implements OnApplicationBootstrap {
  private readonly logger = new Logger('Realtime');

  constructor(
    private readonly options: RealtimeOptions,
    private readonly registry: HandlerRegistry,
    private readonly authenticator: IRealtimeAuthenticator,
    private readonly server: IRealtimeServer,
    private readonly contexts: ExternalContextCreator,
    private readonly queryUse: QueryUse,
  ) {}

  /** Never fails the boot. */
  onApplicationBootstrap(): void {
    const environment = process.env.NODE_ENV;
    if (environment === 'test') return;
    try {
      const findings = environment === 'production' ? this.diagnoseInProduction() : this.diagnose();
      if (findings.length > 0) this.logger.warn(renderFindings(findings));
    } catch (error) {
      this.logger.warn(`The doctor could not finish: ${thrownText(error)}`);
    }
  }

  diagnose({ root = process.cwd(), sources = [] }: DiagnoseOptions = {}): readonly RealtimeFinding[] {
    const { silence } = this.options.doctor;
    return sorted([
      ...(this.options.mode === 'publisher' ? [] : this.findingsOfClients()),
      ...installationFindings(root),
      ...testFindings(sources),
    ]).filter(({ code }) => !silence.includes(code));
  }

  /** What clients could meet. */
  private findingsOfClients(): RealtimeFinding[] {
    return [
      ...globalGuardFindings(this.contexts),
      ...this.entranceFindings(),
      ...adapterFindings(this.server.changedOptions()),
      ...(this.queryUse.isNoted ? [QUERY_READ] : []),
      ...channelFindings(this.registry),
    ];
  }

  /** Looks at settings only: neither at files nor at what is installed. */
  private diagnoseInProduction(): readonly RealtimeFinding[] {
    const { silence } = this.options.doctor;
    const codes = SAID_IN_PRODUCTION.filter((code) => !silence.includes(code));
    return this.entranceFindings().filter(({ code }) => codes.includes(code));
  }

  private entranceFindings(): RealtimeFinding[] {
    return entranceFindings(this.options, this.authenticator, this.server.pingInterval());
  }
}

/**
 * Findings of an initialised application, without those that its `doctor.silence` names.
 *
 * @throws RealtimeFault where the application does not import `RealtimeModule`.
 * @example expect(diagnose(app)).toEqual([]);
 */
export function diagnose(app: INestApplicationContext, options?: DiagnoseOptions): readonly RealtimeFinding[] {
  return realtimePart(app, RealtimeDoctor).diagnose(options);
}
