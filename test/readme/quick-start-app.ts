// Does the quick start run? A new application with its files in it, compiled as `nest new` configures it, server and client in processes of their own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import ts from 'typescript';
import { generatedFile, WORKSPACE } from './quick-start.js';

export class QuickStartApp {
  private readonly folder: string;
  private readonly running = new Set<ChildProcess>();

  /** Lives inside the repository, so that the packages resolve to what `npm run build` made. */
  constructor(private readonly files: ReadonlyMap<string, string>) {
    mkdirSync(join(WORKSPACE, 'dist'), { recursive: true });
    this.folder = mkdtempSync(join(WORKSPACE, 'dist/quick-start-'));
    this.write('package.json', '{ "type": "module" }');
    this.write('src/main.ts', generatedFile('src/main.ts'));
    for (const [path, text] of files) this.write(path, text);
  }

  /** @returns the errors of the compiler. */
  compile(): string[] {
    const { config } = ts.parseConfigFileTextToJson('tsconfig.json', generatedFile('tsconfig.json')) as {
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
    const child = spawn(process.execPath, [this.output(path)], {
      env: { ...process.env, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.running.add(child);
    for await (const text of createInterface({ input: child.stdout })) {
      if (!line.test(text)) continue;
      // Keeps the pipe from filling up and blocking the process.
      child.stdout.resume();
      return text;
    }
    throw new Error(`${path} ended without a line that matches ${line}.`);
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
