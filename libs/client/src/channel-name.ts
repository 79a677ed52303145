// Which concrete channel do a template and its params name? A small counterpart of ChannelTemplate, so that browsers need not load that.
import { ChannelParamsError, encodeParam, MAX_CHANNEL_NAME_LENGTH } from '@nestjs-realtime/contract';

/** Fills a name template. @throws ChannelParamsError when a param is missing or illegal, or the name too long. */
export function fillChannelName(template: string, params: Readonly<Record<string, unknown>>): string {
  const name = template
    .split('.')
    .map((segment) => {
      const param = /^{(.+)}$/.exec(segment)?.[1];
      if (param === undefined) return segment;
      const value = Object.keys(params).includes(param) ? params[param] : undefined;
      return encodeParam(value as string, `Param "${param}" of channel "${template}"`);
    })
    .join('.');
  if (name.length <= MAX_CHANNEL_NAME_LENGTH) return name;
  throw new ChannelParamsError(
    `Channel "${template}" with these params is longer than ${MAX_CHANNEL_NAME_LENGTH} characters; use shorter keys.`,
  );
}
