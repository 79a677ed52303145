// What happens when a user submits a form? Its button is disabled until the server answers, and a failure is shown.
import { RealtimeError } from '@nestjs-realtime/client';
import { HttpError } from './http.js';

/** @param work gets the form's text fields by name; the form is emptied when it resolves. */
export function onSubmit(form: HTMLFormElement, work: (fields: Record<string, string>) => Promise<unknown>): void {
  const button = form.querySelector<HTMLButtonElement>('button[type=submit]');
  const error = form.querySelector('.error');
  if (!button || !error) throw new Error(`The form "${form.id}" has no submit button or no place for an error.`);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const texts = [...new FormData(form)].filter((field): field is [string, string] => typeof field[1] === 'string');
    button.disabled = true;
    error.textContent = '';
    work(Object.fromEntries(texts))
      .then(() => form.reset())
      .catch((cause: unknown) => {
        const said = cause instanceof HttpError || RealtimeError.is(cause);
        error.textContent = said ? cause.message : 'The server cannot be reached.';
      })
      .finally(() => (button.disabled = false));
  });
}
