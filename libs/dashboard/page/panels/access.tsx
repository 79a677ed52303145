// Why is no data shown, and what can the visitor do about it?
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { LinkStatus } from '../link/link-status.js';
import { useDashboard } from '../parts/dashboard-context.js';

/** Replaces all panels while no data may be shown. */
export function Access({ status }: { readonly status: LinkStatus }): VNode {
  return (
    <main class="access">
      <section class="panel" aria-labelledby="access-title">
        <h2 id="access-title">{title(status)}</h2>
        <p role="alert" class="foreign">
          {explanation(status)}
        </p>
        {status.state === 'refused' && (
          <p class="note">
            Only users with the role in <code>RealtimeDashboardModule.forRoot({'{ role }'})</code> may see the
            dashboard. The default role is <code>admin</code>.
          </p>
        )}
        <Credentials />
      </section>
    </main>
  );
}

function Credentials(): VNode {
  const { link, token } = useDashboard();
  const [typed, setTyped] = useState('');
  return (
    <>
      <p>
        Log in to the application in this browser and <strong>try again</strong>, or enter a token that the application
        accepts as <code>auth.token</code>.
      </p>
      <button type="button" onClick={() => link.connect()}>
        Try again
      </button>
      <form
        class="token"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === '') return;
          token.keep(typed.trim());
          link.connect();
        }}
      >
        <label>
          Token
          <input
            type="password"
            autoComplete="off"
            required
            value={typed}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
        <button type="submit">Connect with this token</button>
        <ForgetToken />
        <p class="note">The token is kept in this tab only, until you close it.</p>
      </form>
    </>
  );
}

/** Rendered only while a token is kept. */
export function ForgetToken(): VNode | null {
  const { link, token } = useDashboard();
  if (token.token === null) return null;
  const forget = (): void => {
    token.forget();
    link.connect();
  };
  return (
    <button type="button" class="quiet small" onClick={forget}>
      Forget the token
    </button>
  );
}

function title({ state }: LinkStatus): string {
  return state === 'refused' ? 'You may not see this dashboard' : 'The dashboard is not connected';
}

function explanation({ state, user, reason }: LinkStatus): string {
  if (state === 'failed') return `${reason?.message ?? 'The connection has ended.'} (${reason?.code ?? 'unknown'})`;
  switch (reason?.code) {
    case 'REVOKED':
      return 'The server has ended your connection or revoked your access (REVOKED).';
    case 'EXPIRED':
      return 'Your credentials have expired (EXPIRED).';
    case 'FORBIDDEN':
      return `You are connected as ${user?.userId ?? 'a user'} (${roles(user?.roles)}), without the required role (FORBIDDEN).`;
    default:
      return 'You are not logged in, or your credentials are not valid (UNAUTHENTICATED).';
  }
}

function roles(names: readonly string[] = []): string {
  return names.length === 0 ? 'no roles' : `roles: ${names.join(', ')}`;
}
