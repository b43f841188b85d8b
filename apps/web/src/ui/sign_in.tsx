// Signing in with an API key or a token, and out. Both load the page anew, so that nothing is left of what one saw as another.

import { useState } from 'preact/hooks';
import { at, getBy, isRefused } from '../api/client.ts';
import { credential, keepCredential, readCredential } from '../api/session.ts';
import { lastNamespace } from '../api/settings.ts';
import { place, to } from '../router.ts';
import { Dialog, Field } from './dialog.tsx';

export function SignInButton() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button class="primary" onClick={() => setOpen(true)}>
        {credential.value ? 'Sign in as another' : 'Sign in'}
      </button>
      {open && <SignInDialog close={() => setOpen(false)} />}
    </>
  );
}

/** For the frame of a service that asks who calls. */
export function Session() {
  if (!credential.value) return <SignInButton />;
  const leave = (): void => {
    keepCredential('');
    location.reload();
  };
  return <button onClick={leave}>Sign out</button>;
}

function SignInDialog({ close }: { close: () => void }) {
  const [text, setText] = useState('');
  const [namespace, setNamespace] = useState(lastNamespace.value);
  const run = async (): Promise<void> => {
    const given = readCredential(text);
    try {
      await getBy(given, at`namespaces/${namespace}`);
    } catch (error) {
      if (!isRefused(error)) throw error;
      throw new Error(`It is not valid, or has no role in the namespace ${namespace}.`);
    }
    keepCredential(given);
    if (namespace !== lastNamespace.value || place.value.path.length === 0)
      location.assign(to(['namespaces', namespace, 'workflows']));
    else location.reload();
  };
  return (
    <Dialog title="Sign in" action="Sign in" run={run} close={close}>
      <Field
        label="API key or token"
        value={text}
        set={setText}
        type="password"
        required
        hint="Kept until this tab is closed or you sign out."
      />
      <Field
        label="Namespace"
        value={namespace}
        set={setNamespace}
        required
        hint="One that it is for; it may not be allowed to list them."
      />
    </Dialog>
  );
}
