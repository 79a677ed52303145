// Does the admin really want this action? The dialog asks before it acts on a user, then shows the outcome.
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { RealtimeError } from '@nestjs-realtime/client';
import { type ProposedAction, useDashboard, useData } from './dashboard-context.js';
import { Foreign } from './foreign.js';
import { useModal } from './use-modal.js';
import { useStore } from './use-store.js';

export function ActionDialog(): VNode | null {
  const proposed = useStore(useDashboard().proposed, (action) => action);
  // Each action gets a new dialog.
  return proposed && <OpenDialog key={JSON.stringify(proposed)} action={proposed} />;
}

interface Outcome {
  readonly done: boolean;
  readonly text: string;
}

function OpenDialog({ action }: { readonly action: ProposedAction }): VNode {
  const { link, proposed } = useDashboard();
  const dialog = useModal(action.kind === 'disconnect' ? 'connections' : 'channels');
  const [userId, setUserId] = useState(action.kind === 'disconnect' ? action.userId : '');
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const done = outcome?.done === true;

  const act = async (): Promise<void> => {
    setBusy(true);
    setOutcome(await perform(link, action, userId));
    setBusy(false);
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void act();
  };
  return (
    <dialog ref={dialog} aria-labelledby="action-title" onClose={() => proposed.set(null)}>
      <form onSubmit={submit}>
        <h2 id="action-title">{action.kind === 'disconnect' ? 'Disconnect a user?' : 'Evict from a channel?'}</h2>
        {action.kind === 'disconnect' ? (
          <p>
            This ends every connection of <Foreign text={userId} />. The clients do not reconnect by themselves.
          </p>
        ) : (
          <Evicted channel={action.channel} userId={userId} onUserId={setUserId} locked={busy || done} />
        )}
        <OwnHint action={action} userId={userId} />
        <p class="note">The log records this action with your user id.</p>
        <p role="status" class={outcome?.done === false ? 'outcome bad foreign' : 'outcome foreign'}>
          {busy ? 'Waiting for the server…' : outcome?.text}
        </p>
        <Buttons kind={action.kind} busy={busy} done={done} onClose={() => dialog.current?.close()} />
      </form>
    </dialog>
  );
}

/** Nothing else stops an admin from acting on themselves. */
function OwnHint({ action, userId }: { readonly action: ProposedAction; readonly userId: string }): VNode | null {
  const own = useStore(useDashboard().link.status, ({ user }) => user?.userId);
  if (own === undefined || userId !== own) return null;
  return (
    <p class="banner">
      <strong>This is you.</strong>{' '}
      {action.kind === 'disconnect'
        ? 'Your own connections end, and with them this page, until you connect again.'
        : 'You evict yourself.'}
    </p>
  );
}

interface ButtonsProps {
  readonly kind: ProposedAction['kind'];
  readonly busy: boolean;
  readonly done: boolean;
  readonly onClose: () => void;
}

function Buttons({ kind, busy, done, onClose }: ButtonsProps): VNode {
  const close = useRef<HTMLButtonElement>(null);
  // The submit button, which had the focus, is removed once the action is done.
  useEffect(() => {
    if (done) close.current!.focus();
  }, [done]);
  return (
    <div class="buttons">
      {!done && (
        <button type="submit" class="danger" disabled={busy}>
          {kind === 'disconnect' ? 'Disconnect' : 'Evict'}
        </button>
      )}
      <button
        type="button"
        class="quiet"
        ref={close}
        // Enter alone must not start an action that cannot be undone.
        autoFocus={kind === 'disconnect'}
        onClick={onClose}
      >
        {done ? 'Close' : 'Cancel'}
      </button>
    </div>
  );
}

interface EvictedProps {
  readonly channel: string;
  readonly userId: string;
  readonly onUserId: (userId: string) => void;
  readonly locked: boolean;
}

function Evicted({ channel, userId, onUserId, locked }: EvictedProps): VNode {
  const connections = useData((state) => state.connections.rows) ?? [];
  const here = connections.filter(({ channels }) => channels.includes(channel)).map((row) => row.userId);
  return (
    <>
      <p>
        This ends the user’s subscriptions to <Foreign text={channel} />. The user’s connections stay open.
      </p>
      <label>
        User id
        <input
          required
          autoComplete="off"
          list="subscribed-users"
          value={userId}
          readOnly={locked}
          onInput={({ currentTarget }) => onUserId(currentTarget.value)}
        />
      </label>
      <datalist id="subscribed-users">
        {[...new Set(here)].map((id) => id !== null && <option key={id} value={id} />)}
      </datalist>
    </>
  );
}

type Actions = ReturnType<typeof useDashboard>['link'];

async function perform(link: Actions, action: ProposedAction, userId: string): Promise<Outcome> {
  try {
    if (action.kind === 'disconnect') await link.disconnectUser(userId);
    else await link.evict(userId, action.channel);
    const text =
      action.kind === 'disconnect' ? `${userId} is disconnected.` : `${userId} is evicted from ${action.channel}.`;
    return { done: true, text };
  } catch (error) {
    const reason = RealtimeError.is(error) ? `${error.message} (${error.code})` : String(error);
    return { done: false, text: `The action failed: ${reason}` };
  }
}
