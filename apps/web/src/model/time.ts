// Times and durations as people read them.

import type { TimeStyle } from '../api/settings.ts';

/** Milliseconds of a protobuf duration ("1.5s"). */
export const durationMs = (text: string | undefined): number => (text ? parseFloat(text) * 1000 : 0);

/** A time that was set: the service writes the year 1 for none. */
export const isTime = (text: string | undefined): text is string =>
  text !== undefined && !/^(0001|1970-01-01T00:00:00Z)/.test(text);

export function showDuration(ms: number): string {
  if (ms < 0) return '-' + showDuration(-ms);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const units: [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ];
  const first = units.findIndex(([, size]) => ms >= size);
  let rest = ms;
  return units
    .slice(first, first + 2)
    .map(([unit, size]) => {
      const many = Math.floor(rest / size);
      rest -= many * size;
      return many > 0 ? `${many} ${unit}` : '';
    })
    .filter(Boolean)
    .join(' ');
}

const two = (n: number): string => String(n).padStart(2, '0');
const three = (n: number): string => String(n).padStart(3, '0');

export function showTime(text: string, style: TimeStyle, now: number): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  if (style === 'relative') {
    const ms = now - at.getTime();
    if (Math.abs(ms) < 1000) return 'now';
    return ms >= 0 ? `${showDuration(ms)} ago` : `in ${showDuration(-ms)}`;
  }
  if (style === 'utc') return at.toISOString().replace('T', ' ');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${three(at.getMilliseconds())}`;
}
