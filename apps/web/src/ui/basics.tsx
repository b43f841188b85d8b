// Small parts that many pages use.

import type { ComponentChildren } from 'preact';
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { timeStyle } from '../api/settings.ts';
import { isRefused, messageOf } from '../api/client.ts';
import { isTime, showDuration, showTime } from '../model/time.ts';
import { statusWord } from '../model/words.ts';
import type { Loaded } from './load.ts';
import { SignInButton } from './sign_in.tsx';

/** The time, each second, while the page is visible. */
export const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1000);

export function Time({ at }: { at: string | undefined }) {
  if (!isTime(at)) return <span class="dim">–</span>;
  const style = timeStyle.value;
  const shown = showTime(at, style, style === 'relative' ? now.value : 0);
  return (
    <time dateTime={at} title={style === 'utc' ? showTime(at, 'local', 0) : showTime(at, 'utc', 0)}>
      {shown}
    </time>
  );
}

/** From one time to another; while there is no other, to now. */
export function Span({ from, until }: { from: string | undefined; until: string | undefined }) {
  if (!isTime(from)) return <span class="dim">–</span>;
  const end = isTime(until) ? Date.parse(until) : Math.max(now.value, Date.parse(from));
  return <span>{showDuration(end - Date.parse(from))}</span>;
}

export function Status({ of }: { of: string | undefined }) {
  const word = statusWord(of);
  return <span class={`badge s-${word.toLowerCase()}`}>{word.replace(/([a-z])([A-Z])/g, '$1 $2') || 'Unknown'}</span>;
}

export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  if (!error) return null;
  return (
    <div class="problem" role="alert">
      {messageOf(error)} {isRefused(error) ? <SignInButton /> : retry && <button onClick={retry}>Try again</button>}
    </div>
  );
}

/** What was loaded, that it is being loaded, or why it was not. */
export function Await<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  return (
    <>
      <Problem error={of.error} retry={of.reload} />
      {of.data !== undefined
        ? children(of.data)
        : !of.error && (
            <p class="dim" role="status">
              Loading…
            </p>
          )}
    </>
  );
}

export function Copy({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [said, say] = useState('');
  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => say(''), 1500);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => say('copied'),
      () => say('not copied'),
    );
  };
  return (
    <button class="quiet" onClick={copy} aria-label={`${label}: ${text.slice(0, 80)}`}>
      {said || (
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z" />
        </svg>
      )}
    </button>
  );
}

/** Names with what they stand for; what is undefined, empty or false is left out. */
export function Fields({ of }: { of: [string, ComponentChildren][] }) {
  return (
    <dl class="fields">
      {of
        .filter(([, value]) => value !== undefined && value !== '' && value !== false)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export interface Tab {
  id: string;
  title: ComponentChildren;
  href: string;
}

export function Tabs({ tabs, shown, label }: { tabs: Tab[]; shown: string; label: string }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.id} href={tab.href} aria-current={tab.id === shown ? 'page' : undefined}>
          {tab.title}
        </a>
      ))}
    </nav>
  );
}
