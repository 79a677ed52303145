import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import ts from 'typescript';
import { addToModule, type ModuleEdit } from './module-edit.js';

const FILE = 'src/x.module.ts';
const FOO: ModuleEdit = { list: 'providers', element: '{0}', imports: [{ symbol: 'Foo', from: './foo.js' }] };
const FOR_FEATURE: ModuleEdit = {
  list: 'imports',
  element: '{0}.forFeature([{1}])',
  imports: [
    { symbol: 'RealtimeModule', from: 'nestjs-realtime' },
    { symbol: 'orderChannel', from: './order.channel.js' },
  ],
  call: { method: 'forFeature', member: '{1}' },
};
const FOR_ROOT: ModuleEdit = {
  list: 'imports',
  element: '{0}.forRoot({ authenticator: {1} })',
  imports: [
    { symbol: 'RealtimeModule', from: 'nestjs-realtime' },
    { symbol: 'AppAuthenticator', from: './app.authenticator.js' },
  ],
  call: { method: 'forRoot', member: 'authenticator: {1}' },
};

const add = (text: string, edit: ModuleEdit = FOO): string => addToModule(ts, FILE, text, edit);

/** `«…»` is what the edit inserts; without it the text is the module before. */
function before(marked: string): string {
  return marked.replace(/«[^»]*»/g, '');
}
function after(marked: string): string {
  return marked.replace(/[«»]/g, '');
}

const IMPORTS = `import { Module } from '@nestjs/common';\nimport { B } from './b.js';«\nimport { Foo } from './foo.js';»\n\n`;
const CLASS = '\nexport class XModule {}\n';
const module = (metadata: string): string => `${IMPORTS}@Module(${metadata})${CLASS}`;

const CASES: Record<string, string> = {
  'a list on one line': module('{ providers: [A, B«, Foo»] }'),
  'a list on one line with a trailing comma': module('{ providers: [A, B,« Foo,»] }'),
  'a list over lines with a trailing comma': module('{\n  providers: [\n    A,\n    B,«\n    Foo,»\n  ],\n}'),
  'a list over lines without one': module('{\n  providers: [\n    A,\n    B«,\n    Foo»\n  ]\n}'),
  'a comment behind the last element and its comma': module(
    '{\n  providers: [\n    A,\n    B, // last«\n    Foo,»\n  ],\n}',
  ),
  'a comment behind the last element without a comma': module(
    '{\n  providers: [\n    A,\n    B«,» // last«\n    Foo»\n  ],\n}',
  ),
  'a block comment behind the last element': module('{ providers: [A, B /* last */«, Foo»] }'),
  'a comment in front of the comma': module('{\n  providers: [\n    B /* b */, // last«\n    Foo,»\n  ],\n}'),
  'a comment on a line of its own behind the last element': module(
    '{\n  providers: [\n    B,«\n    Foo,»\n    // C,\n  ],\n}',
  ),
  'a comment between a bracket and one element': module('{\n  providers: [B«,» // last«\n    Foo»\n  ],\n}'),
  'two elements on the last line': module('{\n  providers: [\n    A, B«, Foo»\n  ],\n}'),
  'commas that begin lines': module('{\n  providers: [\n    A\n    , B«,\n    Foo»\n  ],\n}'),
  'elements that are objects': module(
    '{\n  providers: [\n    A,\n    {\n      provide: B,\n      useClass: B,\n    },«\n    Foo,»\n  ],\n}',
  ),
  'one element over lines': module('{ providers: [{\n    provide: B,\n    useValue: 1,\n  }«, Foo»] }'),
  'an empty list': module('{ providers: [«Foo»] }'),
  'an empty list with a blank': module('{ providers: [«Foo» ] }'),
  'an empty list over lines': module('{\n  providers: [«\n    Foo»\n  ],\n}'),
  'an empty list with a comment': module('{\n  providers: [\n    // nothing yet«\n    Foo»\n  ],\n}'),
  'an empty list with a comment on its line': module('{ providers: [/* nothing yet */« Foo»] }'),
  'an empty list whose bracket has a comment': module('{\n  providers: [ // nothing yet«\n    Foo»\n  ],\n}'),
  'no such list': module('{ imports: [B]«, providers: [Foo]» }'),
  'no such list, over lines': module('{\n  imports: [B],«\n  providers: [Foo],»\n}'),
  'no such list, over lines without a trailing comma': module('{\n  imports: [B]«,\n  providers: [Foo]»\n}'),
  'no such list, and a comment behind the last': module('{\n  imports: [B], // b«\n  providers: [Foo],»\n}'),
  'empty metadata': module('{« providers: [Foo] »}'),
  'empty metadata over lines': module('{«\n  providers: [Foo]»\n}'),
  'no metadata': module('«{ providers: [Foo] }»'),
  'a list that is cast': module('{ providers: [B«, Foo»] as Provider[] }'),
  'a list that satisfies a type': module('{ providers: [B«, Foo»] satisfies Provider[] }'),
  'a list in parentheses': module('{ providers: ([B«, Foo»]) }'),
  'metadata that is cast': module('({ providers: [B«, Foo»] } as ModuleMetadata)'),
  'a key in quotes': module(`{ 'providers': [B«, Foo»] }`),
  'a key in brackets': module(`{ ['providers']: [B«, Foo»] }`),
  'a spread in front of the list': module('{ ...base, providers: [B«, Foo»] }'),
  'a spread in the list': module('{ providers: [B, ...more«, Foo»] }'),
  'a list that is a const': `${IMPORTS}const list: Provider[] = [B«, Foo»];\n@Module({ providers: list })${CLASS}`,
  'a list that is a const, exported and cast': `${IMPORTS}export const list = [\n  B,«\n  Foo,»\n] as const;\n@Module({ providers: list as never })${CLASS}`,
  'a list that is a const of a const': `${IMPORTS}const one = [B«, Foo»];\nconst list = one;\n@Module({ providers: list })${CLASS}`,
  'a shorthand': `${IMPORTS}const providers = [B«, Foo»];\n@Module({ providers })${CLASS}`,
  'an alias of Module': `import { Module as Mod } from '@nestjs/common';«\nimport { Foo } from './foo.js';»\n@Mod({ providers: [«Foo»] })${CLASS}`,
  'a namespace': `import * as nest from '@nestjs/common';«\nimport { Foo } from './foo.js';»\n@nest.Module({ providers: [«Foo»] })${CLASS}`,
  'another decorator around it': `${IMPORTS}@Global()\n@Module({ providers: [B«, Foo»] })\n@Other()${CLASS}`,
  'a decorator behind export': `${IMPORTS}export default @Module({ providers: [B«, Foo»] }) class {}\n`,
  'tabs and double quotes': `import { Module } from "@nestjs/common";«\nimport { Foo } from "./foo.js";»\n\n@Module({\n\tproviders: [\n\t\tB,«\n\t\tFoo,»\n\t],\n})${CLASS}`,
  'no semicolons': `import { Module } from '@nestjs/common'«\nimport { Foo } from './foo.js'»\n\n@Module({ providers: [B«, Foo»] })${CLASS}`,
  'no blanks in braces': `import {Module} from '@nestjs/common';«\nimport {Foo} from './foo.js';»\n\n@Module({providers: [B«, Foo»]})${CLASS}`,
  'a comment behind the last import': `import { Module } from '@nestjs/common'; // nest«\nimport { Foo } from './foo.js';»\n\n@Module({ providers: [«Foo»] })${CLASS}`,
  'a byte order mark and a licence': `\uFEFF/* Licence */\nimport { Module } from '@nestjs/common';«\nimport { Foo } from './foo.js';»\n@Module({ providers: [«Foo»] })${CLASS}`,
  'a shebang and a licence': `#!/usr/bin/env node\n/* Licence */\nimport { Module } from '@nestjs/common';«\nimport { Foo } from './foo.js';»\n@Module({ providers: [«Foo»] })${CLASS}`,
  'imports behind other statements': `import { Module } from '@nestjs/common';\nsetUp();\nimport { B } from './b.js';«\nimport { Foo } from './foo.js';»\n@Module({ providers: [B«, Foo»] })${CLASS}`,
  'an import with require': `import { Module } from '@nestjs/common';\nimport fs = require('node:fs');«\nimport { Foo } from './foo.js';»\n@Module({ providers: [«Foo»] })${CLASS}`,
  'everything on one line': `import { Module } from '@nestjs/common';«\nimport { Foo } from './foo.js';» @Module({ providers: [«Foo»] }) export class XModule {}\n`,
  'an import from the same file': `import { Module } from '@nestjs/common';\nimport { Bar«, Foo» } from './foo.js';\n@Module({ providers: [Bar«, Foo»] })${CLASS}`,
  'an import over lines from the same file': `import { Module } from '@nestjs/common';\nimport {\n  Bar, // bar«\n  Foo,»\n} from './foo.js';\n@Module({ providers: [Bar«, Foo»] })${CLASS}`,
  'a type import from the same file': `import { Module } from '@nestjs/common';\nimport type { Bar } from './foo.js';«\nimport { Foo } from './foo.js';»\n@Module({ providers: [«Foo»] })${CLASS}`,
  'an import that is there under an alias': `import { Module } from '@nestjs/common';\nimport { Foo as Bar } from './foo';\n@Module({ providers: [«Bar»] })${CLASS}`,
  'an import that is there, through an index':
    `import { Module } from '@nestjs/common';\nimport { Foo } from '.';\n@Module({ providers: [«Foo»] })${CLASS}`.replace(
      `'.'`,
      `'@app/foo'`,
    ),
  'a class of another file in between': `${IMPORTS}class Helper {}\n@Injectable()\nclass B2 {}\n@Module({ providers: [B«, Foo»] })${CLASS}`,
};

const REFUSALS: Record<string, [text: string, message: string]> = {
  'metadata that is a name': [
    module('metadata'),
    'The providers of the @Module of src/x.module.ts are not an array literal. Add Foo to its providers by hand.',
  ],
  'a list that is computed': [module('{ providers: [A].concat(x) }'), 'are not an array literal. Add Foo to its'],
  'a list that may be assigned again': [
    `let list = [A];\n${module('{ providers: list }')}`,
    'are not an array literal. Add Foo to its',
  ],
  'a list of another file': [module('{ providers: list }'), 'are not an array literal.'],
  'a list that names itself': [`const list = list;\n${module('{ providers: list }')}`, 'are not an array literal.'],
  'a spread that may hold the list': [module('{ ...base }'), 'are not an array literal.'],
  'a spread behind the list': [module('{ providers: [], ...base }'), 'are not an array literal.'],
  'a key that is computed': [module('{ [key]: [] }'), 'are not an array literal.'],
  'a getter': [module('{ get providers() { return []; } }'), 'are not an array literal.'],
  'two modules': [
    `${module('{}')}@Module({})\nclass Other {}\n`,
    'src/x.module.ts has 2 classes decorated with @Module. Add Foo to its providers by hand.',
  ],
  'no module': [
    `import { Module } from '@nestjs/common';\nexport class A {}\n`,
    'src/x.module.ts has no class decorated with @Module. Add Foo to its providers by hand.',
  ],
  'a Module of another package': [
    `import { Module } from './own.js';\n@Module({})\nexport class A {}\n`,
    'has no class decorated with @Module.',
  ],
  'a file that does not parse': [
    `import { Module } from '@nestjs/common';\n\n@Module({ providers: [A B] })\nclass A {}\n`,
    "src/x.module.ts:3 does not parse (',' expected.); fix it and run this again. Nothing was written.",
  ],
  'another class of that name': [
    `${module('{}')}class Foo {}\n`,
    'src/x.module.ts has another Foo than that of ./foo.js; rename one of them. Nothing was written.',
  ],
  'a type of that name': [`import type { Foo } from './foo.js';\n${module('{}')}`, 'has another Foo than that of'],
  'an import of that name from elsewhere': [
    `import { Foo } from './bar/foo.js';\n${module('{}')}`,
    'has another Foo than that of',
  ],
  'another import under that name': [`import Foo from 'foo';\n${module('{}')}`, 'has another Foo than that of'],
  'a namespace of that name': [`import * as Foo from 'foo';\n${module('{}')}`, 'has another Foo than that of'],
  'a const of that name': [`const Foo = 1;\n${module('{}')}`, 'has another Foo than that of'],
};

describe('a provider in a module that people have edited', () => {
  it.each(Object.entries(CASES))('goes into %s, and the rest stays byte for byte', (_, marked) => {
    expect(add(before(marked))).toBe(after(marked));
  });

  it.each(Object.entries(CASES))('keeps the line breaks of Windows in %s', (_, marked) => {
    const windows = marked.replaceAll('\n', '\r\n');
    expect(add(before(windows))).toBe(after(windows));
  });

  it.each(Object.entries(CASES))('is not added twice to %s', (_, marked) => {
    expect(add(after(marked))).toBe(after(marked));
  });

  it.each(Object.entries(REFUSALS))('is refused for %s', (_, [marked, message]) => {
    expect(() => add(before(marked))).toThrow(message);
  });
});

describe('a channel in a module', () => {
  const imports = (rest: string): string => `import { Module } from '@nestjs/common';${rest}`;

  it.each([
    [
      'gets forFeature and both imports',
      imports(
        `«\nimport { RealtimeModule } from 'nestjs-realtime';\nimport { orderChannel } from './order.channel.js';»\n@Module({« imports: [RealtimeModule.forFeature([orderChannel])] »})${CLASS}`,
      ),
    ],
    [
      'joins the forFeature that is there',
      imports(
        `\nimport { RealtimeModule } from 'nestjs-realtime';\nimport { a } from './a.js';«\nimport { orderChannel } from './order.channel.js';»\n@Module({ imports: [B, RealtimeModule.forFeature([a«, orderChannel»])] })${CLASS}`,
      ),
    ],
    [
      'joins it under an alias, and where it names a const',
      imports(
        `\nimport { RealtimeModule as RT } from 'nestjs-realtime';«\nimport { orderChannel } from './order.channel.js';»\nconst list = [a«, orderChannel»];\n@Module({ imports: [RT.forFeature(list)] })${CLASS}`,
      ),
    ],
    [
      'fills a forFeature without argument',
      imports(
        `\nimport { RealtimeModule } from 'nestjs-realtime';«\nimport { orderChannel } from './order.channel.js';»\n@Module({ imports: [RealtimeModule.forFeature(«[orderChannel]»)] })${CLASS}`,
      ),
    ],
  ])('%s', (_, marked) => {
    expect(add(before(marked), FOR_FEATURE)).toBe(after(marked));
    expect(add(after(marked), FOR_FEATURE)).toBe(after(marked));
  });

  it('is refused where forFeature takes something else', () => {
    const text = imports(
      `\nimport { RealtimeModule } from 'nestjs-realtime';\n@Module({ imports: [RealtimeModule.forFeature(all())] })${CLASS}`,
    );
    expect(() => add(text, FOR_FEATURE)).toThrow(
      'RealtimeModule.forFeature() in src/x.module.ts does not take a literal. Add RealtimeModule.forFeature([orderChannel]) to its imports by hand.',
    );
  });
});

describe('an authenticator in a module', () => {
  const root = (call: string, added = ''): string =>
    `import { Module } from '@nestjs/common';\nimport { RealtimeModule } from 'nestjs-realtime';${added}\n@Module({ imports: [${call}] })${CLASS}`;
  const authenticator = `«\nimport { AppAuthenticator } from './app.authenticator.js';»`;

  it.each([
    [
      'fills a forRoot without options',
      root('RealtimeModule.forRoot(«{ authenticator: AppAuthenticator }»)', authenticator),
    ],
    [
      'joins other options',
      root(`RealtimeModule.forRoot({ path: '/rt'«, authenticator: AppAuthenticator» })`, authenticator),
    ],
    [
      'joins options over lines',
      root(`RealtimeModule.forRoot({\n  path: '/rt', // path«\n  authenticator: AppAuthenticator,»\n})`, authenticator),
    ],
  ])('%s', (_, marked) => {
    expect(add(before(marked), FOR_ROOT)).toBe(after(marked));
    expect(add(after(marked), FOR_ROOT)).toBe(after(marked));
  });

  it.each([
    [
      root('RealtimeModule.forRoot({ authenticator: Other })'),
      'RealtimeModule.forRoot() in src/x.module.ts has another authenticator.',
    ],
    [root('RealtimeModule.forRoot({ ...options })'), 'has another authenticator.'],
    [root('RealtimeModule.forRoot(options)'), 'does not take a literal.'],
  ])('is refused where it cannot be told (case %#)', (text, message) => {
    expect(() => add(text, FOR_ROOT)).toThrow(message);
  });
});

it('writes texts in an element with the quotes of the file', () => {
  const edit: ModuleEdit = { ...FOO, element: `{ provide: {0}, useValue: 'x' }` };
  const text = `import { Module } from "@nestjs/common";\n@Module({ providers: [] })${CLASS}`;
  expect(add(text, edit)).toContain(`[{ provide: Foo, useValue: "x" }]`);
});

describe('any module', () => {
  const BREAKS = fc.constantFrom('\n', '\r\n');
  const blank = fc.constantFrom('', ' ', '\t', '\n', '\n  ', '\n\t\t', ' /* why */ ', ' // why\n', '\n  // why\n  ');
  const element = fc.constantFrom('A', 'Bb', '{ provide: A, useClass: Bb }', 'make(1, [2])', '...more', '[].length');
  const list = fc
    .record({ items: fc.array(fc.tuple(blank, element, blank), { maxLength: 4 }), trailing: fc.boolean(), end: blank })
    .map(({ items, trailing, end }) => {
      const written = items.map(([left, item, right]) => left + item + right).join(',');
      return `[${written}${trailing && items.length > 0 ? ',' : ''}${end}]`;
    });
  const key = fc.constantFrom('imports', 'controllers', 'exports', `'providers'`, 'providers');
  const metadata = fc
    .record({
      keys: fc.uniqueArray(key, { maxLength: 4, selector: (name) => name.replaceAll(`'`, '') }),
      lists: fc.array(list, { minLength: 4, maxLength: 4 }),
      blanks: fc.array(blank, { minLength: 5, maxLength: 5 }),
      trailing: fc.boolean(),
    })
    .map(({ keys, lists, blanks, trailing }) => {
      const written = keys.map((name, index) => `${blanks[index]}${name}:${lists[index]}`).join(',');
      return `{${written}${trailing && keys.length > 0 ? ',' : ''}${blanks[4]}}`;
    });
  const text = fc
    .record({ metadata, head: blank, tail: blank, semicolon: fc.constantFrom('', ';'), eol: BREAKS })
    .map(({ metadata: written, head, tail, semicolon, eol }) =>
      `${head}\nimport { Module } from '@nestjs/common'${semicolon}${tail}\n@Module(${written})\nexport class XModule {}\n`.replaceAll(
        '\n',
        eol,
      ),
    );

  /** What was there is still there, in its order. */
  function contains(result: string, original: string): boolean {
    let at = 0;
    for (const character of result) if (character === original[at]) at++;
    return at === original.length;
  }

  function listed(source: string): string[] {
    const parsed = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isPropertyAssignment(node) && /^'?providers'?$/.test(node.name.getText())) {
        if (ts.isArrayLiteralExpression(node.initializer))
          found.push(...node.initializer.elements.map((each) => each.getText()));
      }
      ts.forEachChild(node, visit);
    };
    visit(parsed);
    return found;
  }

  it('keeps what was there, gets the one provider last, and does not change the second time', () => {
    fc.assert(
      fc.property(text, (original) => {
        const result = add(original);
        expect(contains(result, original)).toBe(true);
        expect(listed(result)).toEqual([...listed(original), 'Foo']);
        const added = result.length - original.length;
        expect(added).toBeLessThan(110);
        expect(result.replaceAll('\r\n', '').includes('\n')).toBe(!original.includes('\r\n'));
        expect(add(result)).toBe(result);
      }),
      { numRuns: 150 },
    );
  });
});
