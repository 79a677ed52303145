// Does a source map lead somewhere? To sources that lie in the tarball or in the map, and from each `throw` to the `throw` that was written.
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join } from 'node:path';

/** Faults of all maps of a tarball, and of files that name a map which is not there. */
export function sourceMapFaults({ files, unpacked }) {
  const dangling = files
    .filter((file) => /\.([cm]?js|ts|css)$/.test(file))
    .filter((file) => {
      const named = /^\/\/# sourceMappingURL=(?!data:)(\S+)\s*$/m.exec(readFileSync(join(unpacked, file), 'utf8'))?.[1];
      return named !== undefined && !existsSync(join(unpacked, dirname(file), named));
    })
    .map((file) => `${file} names a source map that the tarball does not hold`);
  return [...dangling, ...files.filter((file) => file.endsWith('.map')).flatMap((map) => mapFaults(unpacked, map))];
}

function mapFaults(unpacked, file) {
  const map = JSON.parse(readFileSync(join(unpacked, file), 'utf8'));
  const folder = join(unpacked, dirname(file), map.sourceRoot ?? '');
  const texts = map.sources.map(
    (source, index) => map.sourcesContent?.[index] ?? textOf(join(folder, source), unpacked),
  );
  const lost = map.sources.filter((_, index) => texts[index] === null);
  if (lost.length > 0) return [`${file} leads to ${lost.join(', ')}, which the tarball does not hold`];
  return /\.[cm]?js\.map$/.test(file) ? throwFaults(unpacked, file, map, texts) : [];
}

function textOf(path, unpacked) {
  return path.startsWith(unpacked) && existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** A line and a column of a stack are those of a `throw` or of a call; a `throw` is easy to find on both sides. */
function throwFaults(unpacked, file, map, texts) {
  const generated = readFileSync(join(unpacked, file.slice(0, -'.map'.length)), 'utf8').split('\n');
  const resolver = new SourceMap(map);
  return generated.flatMap((line, index) => {
    const column = line.search(/(?<=^\s*(\} else |if \(.*\) )?)throw new /);
    if (column === -1) return [];
    const { originalSource, originalLine } = resolver.findEntry(index, column);
    const source = texts[map.sources.indexOf(originalSource)] ?? '';
    if (source.split('\n')[originalLine]?.includes('throw ')) return [];
    return [`${file} resolves line ${index + 1} to a line of ${originalSource} that throws nothing`];
  });
}
