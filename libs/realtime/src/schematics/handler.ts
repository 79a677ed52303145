// What does `g handler` do? Declares a message on a channel of the feature, and provides the class that takes it; nothing exports that class.
import { posix } from 'node:path';
import { declareMessage } from './channel-source.js';
import { type HandlerPlan, handlerSpecText, handlerText } from './handler-text.js';
import { makeFiles, type MadeFile } from './made-file.js';
import { addToModule } from './module-edit.js';
import { targetName, type TargetName } from './names.js';
import { takesSample } from './payload-text.js';
import { projectTypeScript } from './project-typescript.js';
import { change, type ProjectTree, type Rule, textAt } from './project-tree.js';
import { importPath, moduleFor, type FeatureOptions, sourceRootOf } from './project.js';
import { SchematicFault } from './schematic-fault.js';

export interface HandlerOptions extends FeatureOptions {
  readonly channel?: string;
}

/** @throws SchematicFault before anything is written. */
export function handler(options: HandlerOptions): Rule {
  return async (tree, { logger }) => {
    const ts = projectTypeScript(process.cwd());
    const target = targetName(posix.join(options.path ?? '', options.name));
    const sourceRoot = sourceRootOf(tree, options);
    const folder = posix.join(sourceRoot, target.feature, 'realtime');
    const channelFile = channelIn(tree, folder, target, options.channel);
    const declared = declareMessage(ts, channelFile, textAt(tree, channelFile)!, target.camel);
    const plan: HandlerPlan = {
      className: `On${target.pascal}`,
      message: target.camel,
      declared,
      sample: takesSample(declared.text, declared.slot),
    };
    const file = posix.join(folder, 'handlers', `on-${target.kebab}.handler.ts`);
    const module = moduleFor(tree, sourceRoot, target.feature, options.module);
    const edited = addToModule(ts, module, textAt(tree, module)!, {
      list: 'providers',
      element: '{0}',
      imports: [{ symbol: plan.className, from: importPath(tree, module, file) }],
    });
    await makeFiles(tree, filesOf(tree, plan, { file, channelFile }, options), options.overwrite ?? false);
    change(tree, channelFile, declared.text);
    change(tree, module, edited);
    logger.info(`${plan.className} takes "${plan.message}" of ${declared.symbol}, and is a provider of ${module}.`);
  };
}

/** The one that is named, or the only one. @throws SchematicFault */
function channelIn(tree: ProjectTree, folder: string, { feature }: TargetName, named?: string): string {
  const found = tree.getDir(folder).subfiles.filter((name) => name.endsWith('.channel.ts'));
  const wanted = named === undefined ? found : found.filter((name) => name === `${targetName(named).kebab}.channel.ts`);
  if (wanted.length === 1) return posix.join(folder, wanted[0]);
  if (wanted.length > 1) {
    const names = found.map((name) => name.replace('.channel.ts', '')).join(', ');
    throw new SchematicFault(`${folder} has ${found.length} channels (${names}); name one with --channel.`);
  }
  const missing = named === undefined ? 'No channel' : `No channel "${named}"`;
  const path = posix.join(feature, named ?? 'name');
  throw new SchematicFault(`${missing} in ${folder}; make one with "npx nestjs-realtime g channel ${path}".`);
}

function filesOf(
  tree: ProjectTree,
  plan: HandlerPlan,
  { file, channelFile }: { file: string; channelFile: string },
  { spec, specFileSuffix }: HandlerOptions,
): MadeFile[] {
  const made = [{ path: file, text: handlerText(plan, importPath(tree, file, channelFile)) }];
  if (spec === false) return made;
  const path = file.replace(/ts$/, `${specFileSuffix ?? 'spec'}.ts`);
  const from = { channel: importPath(tree, path, channelFile), handler: importPath(tree, path, file) };
  return [...made, { path, text: handlerSpecText(plan, from) }];
}
