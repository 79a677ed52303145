// How does the page change the document? Data becomes text nodes only, so that nothing from outside can become markup.

/** The element with this id. @throws Error when index.html lacks it. */
export function find<E extends HTMLElement>(id: string, type: new () => E): E {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`index.html has no ${type.name} with the id "${id}".`);
}

/** The element in this copy of a template. @throws Error when the template lacks it. */
export function part<E extends HTMLElement>(copy: ParentNode, selector: string, type: new () => E): E {
  const element = copy.querySelector(selector);
  if (element instanceof type) return element;
  throw new Error(`The template has no ${type.name} for "${selector}".`);
}

/** @example create('li', { className: 'fresh' }, create('strong', {}, title), text) */
export function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<Pick<HTMLElement, 'className'>> & { readonly data?: Readonly<Record<string, string>> } = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (properties.className) element.className = properties.className;
  Object.assign(element.dataset, properties.data);
  element.append(...children);
  return element;
}

/** Announces to users of screen readers what others see appear. */
export function announce(text: string): void {
  find('announcer', HTMLParagraphElement).textContent = text;
}

export function timeOf(iso: string): HTMLTimeElement {
  const time = create('time', {}, new Date(iso).toLocaleTimeString());
  time.dateTime = iso;
  return time;
}
