// Which user has which role? A checkbox for each pair. A change that the server refuses is undone.
import type { Role, User } from '../users/index.js';
import { create, find } from './dom.js';
import { HttpError, put, remove } from './http.js';

export class RoleTable {
  private readonly list = find('users', HTMLUListElement);
  private readonly error = find('administration-error', HTMLParagraphElement);
  private readonly boxes = new Map<string, HTMLInputElement>();
  private readonly names = new Map<string, string>();
  /** Requests go out one after another, so that the last click on a box is the last request for it. */
  private last: Promise<void> = Promise.resolve();

  fill(users: readonly User[], roles: readonly Role[]): void {
    this.clear();
    this.list.append(...users.map((user) => this.rowOf(user, roles)));
  }

  clear(): void {
    this.boxes.clear();
    this.names.clear();
    this.list.replaceChildren();
    this.error.textContent = '';
  }

  show({ userId, role, granted }: { userId: string; role: string; granted: boolean }): void {
    const box = this.boxes.get(keyOf(userId, role));
    if (box) box.checked = granted;
  }

  nameOf(userId: string): string {
    return this.names.get(userId) ?? userId;
  }

  private rowOf({ id, name, roles: held }: User, roles: readonly Role[]): HTMLLIElement {
    this.names.set(id, name);
    const group = create('div', { className: 'boxes' }, ...roles.map((role) => this.boxFor(id, role, held)));
    group.role = 'group';
    group.ariaLabel = `Roles of ${name}`;
    return create('li', {}, create('span', { className: 'who' }, name, ' ', create('code', {}, id)), group);
  }

  private boxFor(userId: string, { name, description }: Role, held: readonly string[]): HTMLLabelElement {
    const box = create('input');
    box.type = 'checkbox';
    box.checked = held.includes(name);
    box.addEventListener('change', () => {
      const granted = box.checked;
      this.last = this.last.then(() => this.ask(box, userId, name, granted));
    });
    this.boxes.set(keyOf(userId, name), box);
    const label = create('label', {}, box, name);
    label.title = description;
    return label;
  }

  private async ask(box: HTMLInputElement, userId: string, role: string, granted: boolean): Promise<void> {
    const path = `/administration/users/${encodeURIComponent(userId)}/roles/${encodeURIComponent(role)}`;
    this.error.textContent = '';
    try {
      await (granted ? put(path) : remove(path));
    } catch (cause) {
      box.checked = !granted;
      this.error.textContent = cause instanceof HttpError ? cause.message : 'The server cannot be reached.';
    }
  }
}

function keyOf(userId: string, role: string): string {
  return JSON.stringify([userId, role]);
}
