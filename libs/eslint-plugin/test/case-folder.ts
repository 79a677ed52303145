// Where do the files of a case lie while it is linted? Each case is a project of its own in a temporary folder.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { LintCase } from './cases/lint-case.js';

export class CaseFolder {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'eslint-plugin-')));

  write(file: string, text: string): string {
    const path = join(this.path, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** @returns the path of the linted file. */
  add(project: string, { file, code, beside = {} }: LintCase): string {
    for (const [path, text] of Object.entries(beside)) this.write(`${project}/${path}`, text);
    return this.write(`${project}/${file}`, code);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
