// Which text does a reader search for in a list?
import type { VNode } from 'preact';

interface FilterBoxProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function FilterBox({ label, value, onChange }: FilterBoxProps): VNode {
  return (
    <label class="filter">
      <span class="hidden-visually">{label}</span>
      <input
        type="search"
        placeholder={label}
        autoComplete="off"
        spellcheck={false}
        value={value}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </label>
  );
}
