// Does the quick start run? A new application with its files in it, compiled as `nest new` configures it, server and client in processes of their own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import ts from 'typescript';
import { generatedFile, type Kind, WORKSPACE } from './quick-start.js';

/** What `nest new` generates, and no manual changes. */
const GENERATED = ['src/main.ts', 'src/app.controller.ts', 'src/app.service.ts'];

export class QuickStartApp {
  private readonly folder: string;
  private readonly running = new Set<ChildProcess>();

  /** Lives inside the repository, so that the packages resolve to what `npm run build` made. */
  constructor(
    private readonly files: ReadonlyMap<string, string>,
    private readonly kind: Kind = 'esm',
  ) {
    mkdirSync(join(WORKSPACE, 'dist'), { recursive: true });
    this.folder = mkdtempSync(join(WORKSPACE, 'dist/quick-start-'));
    this.write('package.json', kind === 'esm' ? '{ "type": "module" }' : '{}');
    for (const path of GENERATED) this.write(path, generatedFile(path, kind));
    for (const [path, text] of files) this.write(path, text);
  }

  /** @returns the errors of the compiler. */
  compile(): string[] {
    const { config } = ts.parseConfigFileTextToJson('tsconfig.json', generatedFile('tsconfig.json', this.kind)) as {
      config: { compilerOptions: Record<string, unknown> };
    };
    Object.assign(config.compilerOptions, { types: ['node'], incremental: false });
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, this.folder);
    const roots = ['src/main.ts', ...this.files.keys()].map((path) => join(this.folder, path));
    const program = ts.createProgram(roots, options);
    const { diagnostics } = program.emit();
    return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(({ messageText, file }) => {
      const place = file ? `${file.fileName.slice(this.folder.length + 1)}: ` : '';
      return place + ts.flattenDiagnosticMessageText(messageText, '\n');
    });
  }

  /** The path of a file once it is compiled. */
  output(path: string): string {
    return join(this.folder, 'dist', path.replace(/\.ts$/, '.js'));
  }

  /** Starts a compiled file. @returns its first line of output that matches. */
  async run(path: string, line: RegExp, environment: Readonly<Record<string, string>> = {}): Promise<string> {
    const said = await this.lines(path, (lines) => line.test(lines.at(-1)!), environment);
    return said.at(-1)!;
  }

  /** Starts a compiled file. @returns its lines of output, once they are enough. */
  async lines(
    path: string,
    areEnough: (lines: readonly string[]) => boolean,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<string[]> {
    const child = spawn(process.execPath, [this.output(path)], {
      env: { ...process.env, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.running.add(child);
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (!areEnough(lines)) continue;
      // Keeps the pipe from filling up and blocking the process.
      child.stdout.resume();
      return lines;
    }
    throw new Error(`${path} ended with no more than this:\n${lines.join('\n')}`);
  }

  async remove(): Promise<void> {
    for (const child of this.running) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }
}
