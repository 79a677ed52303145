// Is it meant? Nothing is done to a user before an admin has said so once more, and then he is told what came of it.
import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { RealtimeError } from '@nestjs-realtime/client';
import { type ProposedAction, useDashboard, useData } from './dashboard-context.js';
import { Foreign } from './foreign.js';
import { useStore } from './use-store.js';

export function ActionDialog(): VNode | null {
  const proposed = useStore(useDashboard().proposed, (action) => action);
  // Another action begins with a new dialog.
  return proposed && <OpenDialog key={JSON.stringify(proposed)} action={proposed} />;
}

interface Outcome {
  readonly done: boolean;
  readonly text: string;
}

function OpenDialog({ action }: { readonly action: ProposedAction }): VNode {
  const { link, proposed } = useDashboard();
  const dialog = useRef<HTMLDialogElement>(null);
  const [userId, setUserId] = useState(action.kind === 'disconnect' ? action.userId : '');
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const close = useRef<HTMLButtonElement>(null);
  const done = outcome?.done === true;

  useLayoutEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    dialog.current!.showModal();
    return () => {
      const panel = action.kind === 'disconnect' ? 'connections' : 'channels';
      // The row with the button may have gone with the user.
      if (opener?.isConnected) opener.focus();
      else document.getElementById(panel)?.focus();
    };
  }, [action]);

  // The button that had the focus is gone.
  useEffect(() => {
    if (done) close.current!.focus();
  }, [done]);

  const act = async (): Promise<void> => {
    setBusy(true);
    setOutcome(await perform(link, action, userId));
    setBusy(false);
  };
  return (
    <dialog ref={dialog} aria-labelledby="action-title" onClose={() => proposed.set(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void act();
        }}
      >
        <h2 id="action-title">{action.kind === 'disconnect' ? 'Disconnect a user?' : 'Evict from a channel?'}</h2>
        {action.kind === 'disconnect' ? (
          <p>
            Every connection of <Foreign text={userId} /> ends, and does not come back by itself.
          </p>
        ) : (
          <Evicted channel={action.channel} userId={userId} onUserId={setUserId} locked={busy || done} />
        )}
        <p class="note">It is written to the log, with your name.</p>
        <p role="status" class={outcome?.done === false ? 'outcome bad foreign' : 'outcome foreign'}>
          {busy ? 'Asking the server…' : outcome?.text}
        </p>
        <div class="buttons">
          {!done && (
            <button type="submit" class="danger" disabled={busy}>
              {action.kind === 'disconnect' ? 'Disconnect' : 'Evict'}
            </button>
          )}
          <button
            type="button"
            class="quiet"
            ref={close}
            // Enter alone does nothing that cannot be undone.
            autoFocus={action.kind === 'disconnect'}
            onClick={() => dialog.current!.close()}
          >
            {done ? 'Close' : 'Cancel'}
          </button>
        </div>
      </form>
    </dialog>
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
        The user’s subscriptions to <Foreign text={channel} /> end; the connections stay.
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
    const reason = error instanceof RealtimeError ? `${error.message} (${error.code})` : String(error);
    return { done: false, text: `It was not done: ${reason}` };
  }
}
