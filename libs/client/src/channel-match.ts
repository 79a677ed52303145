// Does a concrete name belong to a template, and which params does it hold? A small counterpart of ChannelTemplate.

/** Params of a channel: name to value. */
export type Params = Readonly<Record<string, string>>;

/** The decoded params of a name that the server has sent; null where the template does not match. */
export function matchChannelName(template: string, name: string): Params | null {
  const segments = name.split('.');
  const parts = template.split('.');
  if (parts.length !== segments.length) return null;
  const params: [string, string][] = [];
  try {
    for (const [i, part] of parts.entries()) {
      const param = /^{(.+)}$/.exec(part)?.[1];
      if (param) params.push([param, decodeURIComponent(segments[i])]);
      else if (part !== segments[i]) return null;
    }
    return Object.fromEntries(params);
  } catch {
    // Not UTF-8
    return null;
  }
}
