// Payloads and failures as a person reads them.

import type { ComponentChildren } from 'preact';
import type { Failure, Payload, Payloads } from '../api/types.ts';
import { decoded, payloadText } from '../api/payloads.ts';
import { messageOf } from '../api/client.ts';
import { settings } from '../api/settings.ts';
import { Copy } from './basics.tsx';
import { useLoad } from './load.ts';

export function Code({ text, label }: { text: string; label: string }) {
  return (
    <div class="code">
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <Copy text={text} />
    </div>
  );
}

export function PayloadsView({
  of,
  namespace,
  label,
}: {
  of: Payload[] | undefined;
  namespace: string;
  label: string;
}) {
  const key = JSON.stringify(of ?? []);
  const made = useLoad(() => decoded(of ?? [], namespace), [key, namespace, settings.value.codecEndpoint]);
  if (!of || of.length === 0) return <span class="dim">none</span>;
  // Without a codec server nothing has to be waited for.
  const shown = settings.value.codecEndpoint ? (made.data ?? of) : of;
  return (
    <>
      {made.error !== undefined && <div class="problem">{messageOf(made.error)}</div>}
      {shown.map((payload, i) => (
        <Code key={i} text={payloadText(payload)} label={of.length > 1 ? `${label} ${i + 1}` : label} />
      ))}
    </>
  );
}

export function FailureView({ of, namespace }: { of: Failure | undefined; namespace: string }): ComponentChildren {
  if (!of) return null;
  const kind = Object.keys(of).find((key) => key.endsWith('FailureInfo'));
  const info = (kind ? of[kind] : undefined) as
    { type?: string; details?: Payloads; nonRetryable?: boolean } | undefined;
  return (
    <div class="failure">
      <p>
        {kind && <b>{info?.type || kind.replace('FailureInfo', '')}</b>}
        {info?.nonRetryable && <span class="badge">not retried</span>}{' '}
        {of.message || <span class="dim">no message</span>}
      </p>
      {info?.details?.payloads && <PayloadsView of={info.details.payloads} namespace={namespace} label="Details" />}
      {of.stackTrace && <Code text={of.stackTrace} label="Stack trace" />}
      {of.cause && (
        <div class="cause">
          <span class="dim">caused by</span>
          <FailureView of={of.cause} namespace={namespace} />
        </div>
      )}
    </div>
  );
}
