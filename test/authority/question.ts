// How does a test make an answer slow? The answer is read when the question is asked, and given when the test releases it.
import { Latch } from '../kit/latch.js';

/** A question that is held back; `asked` resolves once a caller waits for its answer. */
export interface Hold {
  readonly asked: Promise<void>;
  release(): void;
}

export class Question {
  /** How often it was asked. */
  count = 0;
  private held: { readonly asked: Latch; readonly open: Latch } | null = null;
  private trouble: 'none' | 'fails' | 'hangs' = 'none';

  /** Answers with what `read` returns now, even if the answer is given later. */
  async ask<Answer>(read: () => Answer): Promise<Answer> {
    this.count++;
    const { held, trouble } = this;
    if (trouble === 'fails') throw new Error('the database is down');
    if (trouble === 'hangs') return new Promise(() => undefined);
    const answer = read();
    if (held) {
      held.asked.open();
      await held.open.opened;
    }
    return answer;
  }

  /** Holds back the answers to questions asked from now on, until they are released or held again. */
  hold(): Hold {
    const held = { asked: new Latch(), open: new Latch() };
    this.held = held;
    return {
      asked: held.asked.opened,
      release: () => {
        if (this.held === held) this.held = null;
        held.open.open();
      },
    };
  }

  fail(how: 'fails' | 'hangs'): void {
    this.trouble = how;
  }

  recover(): void {
    this.trouble = 'none';
  }
}
