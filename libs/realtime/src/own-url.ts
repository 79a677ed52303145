// Where does this package lie? `import.meta` would say it, but does not parse where a Jest of CommonJS compiles us.
import { pathToFileURL } from 'node:url';

/** The URL of this file, or of the bundle that holds it; undefined where the stack does not say. */
export function ownUrl(): string | undefined {
  const traces: { prepareStackTrace?: unknown } = Error;
  const before = traces.prepareStackTrace;
  try {
    Error.prepareStackTrace = (_, sites) => sites[0]?.getFileName();
    const file = new Error().stack as string | null | undefined;
    return file?.startsWith('/') || /^[A-Za-z]:\\/.test(file ?? '') ? pathToFileURL(file!).href : (file ?? undefined);
  } catch {
    // Frozen intrinsics: the file is not known.
    return undefined;
  } finally {
    if (!Object.isFrozen(Error)) traces.prepareStackTrace = before;
  }
}
