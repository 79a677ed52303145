// Who is typing? A line that names them, each until a few seconds after the page has last heard of it.

/** In milliseconds; longer than the time after which a page that goes on typing tells it again. */
const SILENCE = 5_000;
const list = new Intl.ListFormat('en');

export class TypingLine {
  private readonly typing = new Map<string, ReturnType<typeof setTimeout>>();
  /** Of those who are here, by the id of the user. */
  private names: ReadonlyMap<string, string> = new Map();

  constructor(private readonly line: HTMLParagraphElement) {}

  heard(userId: string): void {
    clearTimeout(this.typing.get(userId));
    this.typing.set(
      userId,
      setTimeout(() => this.ended(userId), SILENCE),
    );
    this.show();
  }

  ended(userId: string): void {
    clearTimeout(this.typing.get(userId));
    this.typing.delete(userId);
    this.show();
  }

  /** The users who are here have these names; no other user is typing. */
  rename(names: ReadonlyMap<string, string>): void {
    this.names = names;
    for (const userId of this.typing.keys()) if (!names.has(userId)) this.ended(userId);
    this.show();
  }

  private show(): void {
    const names = [...this.typing.keys()].flatMap((userId) => this.names.get(userId) ?? []);
    const text = names.length === 0 ? '' : `${list.format(names)} ${names.length === 1 ? 'is' : 'are'} typing …`;
    // A screen reader says each change of it.
    if (text !== this.line.textContent) this.line.textContent = text;
  }
}
