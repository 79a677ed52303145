// How does the doctor answer on the command line? With its findings, and an exit code that CI can use.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command, EXIT, UsageError } from './command.js';

export const doctor: Command = {
  options: { source: { type: 'string', multiple: true }, ci: { type: 'boolean' } },
  noAnswer: EXIT.FAILED,
  read: ({ source = [], ci = false }) => {
    const sources = (source as string[]).map((folder) => resolve(folder));
    const missing = sources.find((folder) => !existsSync(folder));
    if (missing !== undefined) throw new UsageError(`There is no ${missing}`);
    return ({ app, door, file }) => {
      const findings = door.diagnose(app, { root: dirname(file), sources });
      const output = `${door.renderFindings(findings) || 'The doctor finds nothing.'}\n`;
      return { code: ci && findings.length > 0 ? EXIT.FAILED : EXIT.DONE, output };
    };
  },
};
