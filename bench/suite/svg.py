# SPDX-License-Identifier: Apache-2.0
"""Bars and lines as SVG, without any asset from elsewhere."""

import html
import math

COLOURS = ("#1f6feb", "#d9730d", "#2b8a3e", "#a626a4", "#6e7781", "#c92a2a")
GOOD, BAD, PLAIN = "#2b8a3e", "#c92a2a", "#1f6feb"


def _text(x, y, text, anchor="start", extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {extra}>{html.escape(str(text))}</text>'


def _svg(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'font-family="system-ui, sans-serif" font-size="13">{"".join(parts)}</svg>')


def bars(items, unit="", label_width=330, width=900):
    """`items`: (label, value) or (label, value, text shown)."""
    top = max((item[1] for item in items), default=0) or 1
    room = width - label_width - 150
    parts = []
    for index, (label, value, *shown) in enumerate(items):
        y = index * 26
        parts.append(_text(label_width - 10, y + 17, label, "end"))
        parts.append(f'<rect x="{label_width}" y="{y + 4}" width="{max(1, value / top * room):.1f}" height="17" '
                     f'fill="{PLAIN}"/>')
        parts.append(_text(label_width + value / top * room + 6, y + 17, shown[0] if shown else f"{value:,.1f}{unit}"))
    return _svg(width, len(items) * 26 + 4, parts)


def budget_bars(rows, width=1130):
    """How much of its budget each row uses; the line is the budget, whatever the unit."""
    label_width, room = 520, 300
    at = label_width + room / 2  # the budget; the end of the room is twice that
    parts = []
    for index, row in enumerate(rows):
        y = index * 26
        used = max(0.0, min(row["used"], 2.0))
        parts.append(_text(label_width - 10, y + 17, f'{row["row"]}  {row["figure"]}', "end"))
        parts.append(f'<rect x="{label_width}" y="{y + 4}" width="{max(1, used * room / 2):.1f}" height="17" '
                     f'fill="{GOOD if row["used"] <= 1 else BAD}"/>')
        if row["used"] > 2:
            parts.append(_text(label_width + room + 2, y + 17, "»"))
        parts.append(_text(label_width + room + 18, y + 17, f'{row["measured"]} ({row["budget"]})'))
    height = len(rows) * 26 + 4
    parts.append(f'<line x1="{at}" x2="{at}" y1="0" y2="{height}" stroke="black" stroke-dasharray="4 3"/>')
    return _svg(width, height, parts)


def _ticks(low, high, log):
    if low == high:
        return [low]
    if log:
        ticks = [10 ** power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
        if len(ticks) <= 3:
            ticks = sorted({tick * step for tick in ticks for step in (1, 2, 5)})
        return [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
    step = 10 ** math.floor(math.log10((high - low) / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= 6)
    first = math.ceil(low / step)
    return [step * n for n in range(first, math.floor(high / step + 1e-9) + 1)]


def lines(series, x_label, y_label, log_x=False, log_y=False, x_ticks=None, width=900, height=360):
    """`series`: name -> [(x, y)]; `x_ticks`: [(x, label)] instead of numbers."""
    left, right, top, bottom = 80, 36, 14, 48
    points = [point for all_of in series.values() for point in all_of]
    scale_x = (lambda x: math.log10(x)) if log_x else float
    scale_y = (lambda y: math.log10(y)) if log_y else float
    low_x, high_x = min(x for x, _ in points), max(x for x, _ in points)
    low_y = min(y for _, y in points) if log_y else 0
    high_y = max(y for _, y in points) * (3 if log_y else 1.25)  # room for the names
    span = lambda scale, low, high: (scale(high) - scale(low)) or 1
    at_x = lambda x: left + (scale_x(x) - scale_x(low_x)) / span(scale_x, low_x, high_x) * (width - left - right)
    at_y = lambda y: height - bottom - (scale_y(y) - scale_y(low_y)) / span(scale_y, low_y, high_y) * (height - top - bottom)
    parts = []
    for tick in _ticks(low_y, high_y, log_y):
        parts.append(f'<line x1="{left}" x2="{width - right}" y1="{at_y(tick):.1f}" y2="{at_y(tick):.1f}" stroke="#ddd"/>')
        parts.append(_text(left - 6, at_y(tick) + 4, f"{tick:,g}", "end"))
    for tick, label in x_ticks or [(tick, f"{tick:,g}") for tick in _ticks(low_x, high_x, log_x)]:
        parts.append(f'<line x1="{at_x(tick):.1f}" x2="{at_x(tick):.1f}" y1="{height - bottom}" y2="{height - bottom + 5}" '
                     f'stroke="#444"/>')
        parts.append(_text(at_x(tick), height - bottom + 18, label, "middle"))
    parts.append(f'<path d="M{left} {top}V{height - bottom}H{width - right}" fill="none" stroke="#444"/>')
    for index, (name, all_of) in enumerate(series.items()):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join(f"{at_x(x):.1f},{at_y(y):.1f}" for x, y in all_of)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{at_x(x):.1f}" cy="{at_y(y):.1f}" r="3" fill="{colour}"/>' for x, y in all_of]
        parts.append(f'<rect x="{left + 14}" y="{top + 4 + index * 20}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(left + 32, top + 15 + index * 20, name))
    parts.append(_text((left + width - right) / 2, height - 6, x_label, "middle"))
    parts.append(_text(0, 0, y_label, "middle", f'transform="translate(14 {(height - bottom + top) / 2:.0f}) rotate(-90)"'))
    return _svg(width, height, parts)
