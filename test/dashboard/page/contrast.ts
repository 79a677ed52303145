// Is the text easy to read? Every visible text is checked for contrast with its background, as WCAG computes it.
import type { Page } from 'playwright-core';

/** Texts with a contrast below 4.5 : 1 (3 : 1 from 24 px), each with its ratio and colours. Disabled controls are exempt. */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    /** Red, green, blue and alpha of any CSS colour, each 0 to 1. */
    const parse = (colour: string): number[] => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
    };
    const linear = (part: number): number => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const luminance = ([r, g, b]: number[]): number => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const behind = (element: Element | null): number[] => {
      for (let each = element; each; each = each.parentElement) {
        const colour = parse(getComputedStyle(each).backgroundColor);
        if (colour[3] > 0.99) return colour;
        if (colour[3] > 0.01) throw new Error(`${each.className} is half transparent.`);
      }
      throw new Error('The page has no background.');
    };
    const faint = new Set<string>();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement!;
      const text = texts.currentNode.textContent!.trim();
      const hidden = element.closest('.hidden-visually, .skip, :disabled, option, noscript') !== null;
      if (text === '' || hidden || !element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const [light, dark] = [luminance(parse(style.color)), luminance(behind(element))].sort((a, b) => b - a);
      const ratio = (light + 0.05) / (dark + 0.05);
      const wanted = parseFloat(style.fontSize) >= 24 ? 3 : 4.5;
      if (ratio < wanted)
        faint.add(`${ratio.toFixed(2)} ${style.color} on ${behind(element).join()}: ${text.slice(0, 40)}`);
    }
    return [...faint];
  });
}
