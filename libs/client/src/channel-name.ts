// Which concrete channel do a template and its params name? A small counterpart of ChannelTemplate, so that browsers need not load that.
import { ChannelParamsError, isLegalSegment } from '@nestjs-realtime/contract';

/** Fills a name template. @throws ChannelParamsError when a param is missing or not one legal segment. */
export function fillChannelName(template: string, params: Readonly<Record<string, unknown>>): string {
  return template
    .split('.')
    .map((segment) => {
      const param = /^{(.+)}$/.exec(segment)?.[1];
      if (param === undefined) return segment;
      const value = Object.hasOwn(params, param) ? params[param] : undefined;
      if (isLegalSegment(value)) return value;
      throw new ChannelParamsError(
        `Param "${param}" of channel "${template}" must be a string of 1 to 64 of A-Z a-z 0-9 _ -, without dots.`,
      );
    })
    .join('.');
}
