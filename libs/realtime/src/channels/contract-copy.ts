// Was a channel declared with another copy of the contract? Copies of one version work together.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChannelTemplate } from '@nestjs-realtime/contract';

interface ContractCopy {
  readonly version: string;
  readonly folder: string;
}

type TemplateClass = new (source: string) => ChannelTemplate;

/** What is wrong with the copy that made a template; null for the own copy, one of its version, and one that hides where it is. */
export function contractFault(template: ChannelTemplate): string | null {
  if (template.constructor === ChannelTemplate) return null;
  const [theirs, ours] = [copyOf(template.constructor as TemplateClass), copyOf(ChannelTemplate)];
  if (theirs === null || ours === null || theirs.version === ours.version) return null;
  return `@nestjs-realtime/contract ${theirs.version} in ${theirs.folder}, and this application runs ${ours.version} in ${ours.folder}; install one version for both`;
}

/** The contract runs in browsers too, so it does not know its place. The stack of an error does; null where a bundle has no package.json. */
function copyOf(type: TemplateClass): ContractCopy | null {
  const file = /((?:file:\/\/|\/|[A-Za-z]:[\\/])[^\n]*?):\d+:\d+\)?$/m.exec(stackOf(type))?.[1];
  if (file === undefined) return null;
  let folder = dirname(file.startsWith('file:') ? fileURLToPath(file) : file);
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as ContractCopy & {
        name: string;
      };
      return manifest.name === '@nestjs-realtime/contract' ? { version: manifest.version, folder } : null;
    } catch {
      // The folder above may have it.
    }
  }
  return null;
}

function stackOf(type: TemplateClass): string {
  try {
    return String(new type(''));
  } catch (error) {
    return String((error as Error).stack);
  }
}
