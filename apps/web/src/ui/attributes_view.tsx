// Attributes of any message, with payloads, failures and links as what they are.

import type { ComponentChildren } from 'preact';
import type { Failure, Link, Payload, Payloads } from '../api/types.ts';
import { sentence } from '../model/words.ts';
import { isTime } from '../model/time.ts';
import { Fields, Time } from './basics.tsx';
import { FailureView, PayloadsView } from './payload_view.tsx';
import { LinkView } from './links.tsx';

type Shape = Record<string, unknown>;
const isShape = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPayload = (value: unknown): value is Payload =>
  isShape(value) &&
  isShape(value['metadata']) &&
  Object.keys(value).every((key) => key === 'metadata' || key === 'data');
const isPayloads = (value: unknown): value is Payloads =>
  isShape(value) && Array.isArray(value['payloads']) && Object.keys(value).length === 1;
const isFailure = (key: string, value: unknown): value is Failure =>
  isShape(value) && (/failure$/i.test(key) || Object.keys(value).some((name) => name.endsWith('FailureInfo')));
const timePattern = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

function valueView(key: string, value: unknown, namespace: string): ComponentChildren {
  const label = sentence(key);
  if (value === null || value === undefined) return undefined;
  if (isPayloads(value)) return <PayloadsView of={value.payloads} namespace={namespace} label={label} />;
  if (isPayload(value)) return <PayloadsView of={[value]} namespace={namespace} label={label} />;
  if (isFailure(key, value)) return <FailureView of={value} namespace={namespace} />;
  if (key === 'links' && Array.isArray(value))
    return (value as Link[]).map((link, i) => (
      <div key={i}>
        <LinkView of={link} />
      </div>
    ));
  if (Array.isArray(value))
    return value.length === 0 ? undefined : (
      <ol class="plain">
        {value.map((item, i) => (
          <li key={i}>{valueView(key, item, namespace)}</li>
        ))}
      </ol>
    );
  if (isShape(value)) {
    const keys = Object.keys(value);
    if (keys.length === 0) return undefined;
    if (typeof value['name'] === 'string' && keys.every((name) => name === 'name' || name === 'kind'))
      return value['name'];
    return <AttributesView of={value} namespace={namespace} />;
  }
  if (typeof value === 'string' && timePattern.test(value)) return isTime(value) ? <Time at={value} /> : undefined;
  // A timeout of no seconds is none.
  return value === '0s' ? undefined : String(value);
}

export function AttributesView({ of, namespace }: { of: object; namespace: string }) {
  const entries = Object.entries(of).map(([key, value]): [string, ComponentChildren] => [
    sentence(key),
    valueView(key, value, namespace),
  ]);
  return <Fields of={entries} />;
}
