// What is a finding? A set-up that starts but may not behave as intended, with a code and a fix.
import type { DoctorCode } from '../realtime.options.js';

/** `error`: cannot work as declared. `warning`: works here, and may not elsewhere. `info`: worth knowing. */
export type FindingSeverity = 'error' | 'warning' | 'info';

export interface RealtimeFinding {
  readonly code: DoctorCode;
  readonly severity: FindingSeverity;
  readonly message: string;
  readonly fix: string;
}

const ORDER: readonly FindingSeverity[] = ['error', 'warning', 'info'];

/** The most severe first, then by code, then in the order in which they were found. */
export function sorted(findings: readonly RealtimeFinding[]): readonly RealtimeFinding[] {
  return [...findings].sort(
    (one, other) =>
      ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity) ||
      Number(one.code > other.code) - Number(one.code < other.code),
  );
}

/** Findings as text: two lines each, and how to silence them. Empty where there are none. */
export function renderFindings(findings: readonly RealtimeFinding[]): string {
  if (findings.length === 0) return '';
  const lines = findings.map(
    ({ code, severity, message, fix }) => `  ${severity} ${code}: ${message}\n    Fix: ${fix}`,
  );
  const codes = [...new Set(findings.map(({ code }) => `'${code}'`))].join(', ');
  return [
    `The doctor has ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}:`,
    ...lines,
    `  What is meant can be silenced: RealtimeModule.forRoot({ doctor: { silence: [${codes}] } })`,
  ].join('\n');
}
