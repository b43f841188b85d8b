// One dialog at a time, with a form that says what went wrong.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../api/client.ts';

interface Props {
  title: string;
  /** The word on the button that does it. */
  action: string;
  danger?: boolean;
  /** False keeps the button from being pressed. */
  ready?: boolean;
  /** Does it; the dialog closes when that has succeeded, and shows the error when not. */
  run: () => Promise<unknown>;
  close: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, action, danger = false, ready = true, run, close, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    element.current!.showModal();
  }, []);
  const submit = (event: Event): void => {
    event.preventDefault();
    setBusy(true);
    setError('');
    run().then(close, (failure: unknown) => {
      setError(messageOf(failure));
      setBusy(false);
    });
  };
  return (
    <dialog ref={element} onClose={close} aria-labelledby="dialog-title">
      <form onSubmit={submit}>
        <h2 id="dialog-title">{title}</h2>
        {children}
        {error && (
          <div class="problem" role="alert">
            {error}
          </div>
        )}
        <div class="buttons">
          <button type="button" onClick={close}>
            Close
          </button>
          <button type="submit" class={danger ? 'danger' : 'primary'} disabled={busy || !ready}>
            {action}
          </button>
        </div>
      </form>
    </dialog>
  );
}

interface FieldProps {
  label: string;
  value: string;
  set: (value: string) => void;
  rows?: number;
  required?: boolean;
  hint?: string;
  list?: string[];
  type?: 'text' | 'url' | 'number' | 'password';
}

let fields = 0;

export function Field({ label, value, set, rows, required = false, hint, list, type = 'text' }: FieldProps) {
  const [id] = useState(() => `field-${(fields += 1)}`);
  const shared = {
    id,
    value,
    required,
    'aria-describedby': hint ? `${id}-hint` : undefined,
    onInput: (event: { currentTarget: { value: string } }) => set(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {rows ? (
        <textarea {...shared} rows={rows} spellcheck={false} />
      ) : type === 'password' ? (
        <input {...shared} type="password" autocomplete="off" />
      ) : (
        <input {...shared} type={type} list={list ? `${id}-list` : undefined} autocomplete="off" spellcheck={false} />
      )}
      {list && (
        <datalist id={`${id}-list`}>
          {list.map((value) => (
            <option key={value} value={value} />
          ))}
        </datalist>
      )}
      {hint && (
        <small id={`${id}-hint`} class="dim">
          {hint}
        </small>
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  set: (value: string) => void;
  of: [value: string, text: string][];
}

export function Choice({ label, value, set, of }: ChoiceProps) {
  const [id] = useState(() => `field-${(fields += 1)}`);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {of.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
