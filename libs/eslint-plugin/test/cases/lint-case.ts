// What is a case of a rule? A file with what must be reported in it; both drivers read the same table.

export interface LintCase {
  readonly title: string;
  /** The linted file, from the root of a project of its own. */
  readonly file: string;
  readonly code: string;
  /** Other files of the project, such as its package.json. */
  readonly beside?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, readonly string[]>>;
  /** What is reported, in the order of the file. */
  readonly reports: readonly LintReport[];
}

export interface LintReport {
  readonly message: string;
  /** What the report underlines first, as it stands in the code; it begins there. */
  readonly at: string;
}

/** A report at the first place of `at`, or at a later one. */
export function reportPlace(code: string, { at }: LintReport): { line: number; column: number } {
  const before = code.slice(0, code.indexOf(at)).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
