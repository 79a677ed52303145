// A project in memory, as a generator sees it: what it writes, says, and asks to have installed.
import type { ProjectTree, Rule, SchematicContext } from '../src/schematics/project-tree.js';

export class MemoryTree implements ProjectTree {
  readonly files: Map<string, string>;

  constructor(files: Readonly<Record<string, string>>) {
    this.files = new Map(Object.entries(files));
  }

  exists(path: string): boolean {
    return this.files.has(path);
  }

  read(path: string): { toString(): string } | null {
    return this.files.get(path) ?? null;
  }

  create(path: string, content: string): void {
    if (this.files.has(path)) throw new Error(`${path} exists`);
    this.files.set(path, content);
  }

  overwrite(path: string, content: string): void {
    if (!this.files.has(path)) throw new Error(`${path} does not exist`);
    this.files.set(path, content);
  }

  getDir(path: string): { subfiles: string[] } {
    const inside = path === '.' ? '' : `${path}/`;
    const names = [...this.files.keys()].filter((file) => file.startsWith(inside));
    return { subfiles: names.map((file) => file.slice(inside.length)).filter((name) => !name.includes('/')) };
  }

  /** Every file by its path, as a plain object. */
  all(): Record<string, string> {
    return Object.fromEntries(this.files);
  }
}

export interface Ran {
  readonly said: string;
  readonly warned: string;
  readonly tasks: readonly unknown[];
}

export async function runRule(tree: MemoryTree, rule: Rule): Promise<Ran> {
  const said: string[] = [];
  const warned: string[] = [];
  const tasks: unknown[] = [];
  const context: SchematicContext = {
    logger: { info: (message) => void said.push(message), warn: (message) => void warned.push(message) },
    addTask: (task) => tasks.push(task.toConfiguration()),
  };
  await rule(tree, context);
  return { said: said.join('\n'), warned: warned.join('\n'), tasks };
}

const MODULE = (name: string): string =>
  `import { Module } from '@nestjs/common';\n\n@Module({})\nexport class ${name} {}\n`;

/** As `nest new` makes it, with a feature `orders`. */
export function project(more: Readonly<Record<string, string>> = {}): MemoryTree {
  return new MemoryTree({
    'package.json': `${JSON.stringify({ type: 'module', dependencies: { '@nestjs/core': '^12.0.1', 'class-validator': '^0.15.1' } }, null, 2)}\n`,
    'nest-cli.json': '{ "sourceRoot": "src" }',
    'src/main.ts': `import { NestFactory } from '@nestjs/core';\nimport { AppModule } from './app.module.js';\n\nconst app = await NestFactory.create(AppModule);\n`,
    'src/app.module.ts': MODULE('AppModule'),
    'src/orders/orders.module.ts': MODULE('OrdersModule'),
    'src/orders/index.ts': `export { OrdersModule } from './orders.module.js';\n`,
    ...more,
  });
}
