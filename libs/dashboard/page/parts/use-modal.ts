// How does a dialog open, and where does the focus go when it is closed? Back to what opened it.
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** @param panel whose heading gets the focus where the opener has gone: its row may have been removed meanwhile. */
export function useModal(panel: string): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    dialog.current!.showModal();
    return () => {
      if (opener?.isConnected) opener.focus();
      else document.getElementById(panel)?.focus();
    };
  }, [panel]);
  return dialog;
}
