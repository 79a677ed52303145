// What does `g channel` do? Declares a channel in its feature, exports it from the feature's index, and registers it in the nearest module.
import { posix } from 'node:path';
import { channelSpecText, channelText, type ChannelPlan, scopeText } from './channel-text.js';
import { exportFrom } from './index-edit.js';
import { makeFiles } from './made-file.js';
import { addToModule } from './module-edit.js';
import { channelName, demandPath, legalChannelName, nameList, targetName, type TargetName } from './names.js';
import { projectTypeScript } from './project-typescript.js';
import { change, type ProjectTree, type Rule, textAt } from './project-tree.js';
import { dependenciesOf, importPath, moduleFor, type FeatureOptions, sourceRootOf } from './project.js';
import { installedValidation } from './validation.js';

export interface ChannelOptions extends FeatureOptions {
  readonly scope?: string;
  readonly param?: string;
  /** The channel's name, where the one made of path and params is not wanted. */
  readonly template?: string;
  readonly events?: string;
  readonly messages?: string;
}

/** @throws SchematicFault before anything is written. */
export function channel(options: ChannelOptions): Rule {
  return async (tree, { logger }) => {
    const ts = projectTypeScript(process.cwd());
    demandPath(options.name);
    const target = targetName(posix.join(options.path ?? '', options.name));
    const plan = planOf(tree, target, options);
    const sourceRoot = sourceRootOf(tree, options);
    const folder = posix.join(sourceRoot, target.feature);
    const file = posix.join(folder, 'realtime', `${target.kebab}.channel.ts`);
    const module = moduleFor(tree, sourceRoot, target.feature, options.module);
    const edited = addToModule(ts, module, textAt(tree, module)!, {
      list: 'imports',
      element: '{0}.forFeature([{1}])',
      imports: [
        { symbol: 'RealtimeModule', from: 'nestjs-realtime' },
        { symbol: plan.symbol, from: importPath(tree, module, file) },
      ],
      call: { method: 'forFeature', member: '{1}' },
    });
    await makeFiles(tree, filesOf(tree, plan, file, options), options.overwrite ?? false);
    change(tree, module, edited);
    const index = posix.join(folder, 'index.ts');
    const exports = textAt(tree, index);
    if (exports !== null) {
      change(tree, index, exportFrom(ts, index, exports, { symbol: plan.symbol, from: importPath(tree, index, file) }));
    }
    logger.info(`Channel ${plan.name} is in ${module}.`);
  };
}

function planOf(tree: ProjectTree, target: TargetName, options: ChannelOptions): ChannelPlan {
  const scope = options.scope ?? 'authenticated';
  const asked = nameList('param', options.param);
  const params = asked.length === 0 && /^user-?scoped$/i.test(scope) ? ['userId'] : asked;
  const name = options.template === undefined ? channelName(target, params) : legalChannelName(options.template);
  const named = [...name.matchAll(/\{(\w+)\}/g)].map(([, param]) => param);
  const events = nameList('events', options.events);
  return {
    symbol: `${target.camel}Channel`,
    payload: `${target.pascal}Payload`,
    name,
    params: named,
    scope: scopeText(scope, named),
    events: events.length === 0 ? ['updated'] : events,
    messages: nameList('messages', options.messages),
    validation: installedValidation(dependenciesOf(tree)),
  };
}

function filesOf(tree: ProjectTree, plan: ChannelPlan, file: string, { spec, specFileSuffix }: ChannelOptions) {
  const made = [{ path: file, text: channelText(plan) }];
  if (spec === false) return made;
  const path = file.replace(/ts$/, `${specFileSuffix ?? 'spec'}.ts`);
  return [...made, { path, text: channelSpecText(plan, importPath(tree, path, file)) }];
}
