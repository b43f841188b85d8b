# SPDX-License-Identifier: Apache-2.0
"""The rows of the budget table, and figures that have no budget."""

from . import stats


def number(value):
    """A figure with as many digits as it deserves."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 1000 else f"{value:.1f}" if size >= 100 else f"{value:.2f}"


class Table:
    def __init__(self):
        self.rows = []
        self.figures = []

    def _row(self, row, figure, limit, measured, median, unit, note, at_most):
        sign = "<=" if at_most else ">="
        self.rows.append({
            "row": row, "figure": figure, "budget": f"{sign} {limit:g}{unit}", "measured": f"{number(measured)}{unit}",
            "median": "" if median is None else f"{number(median)}{unit}",
            "verdict": stats.verdict(limit, measured, at_most), "note": note,
            "value": measured, "limit": limit, "at_most": at_most,
            "used": stats.used_budget(limit, measured, at_most),
        })

    def at_most(self, row, figure, limit, measured, unit="x", note="", median=None):
        self._row(row, figure, limit, measured, median, unit, note, True)

    def at_least(self, row, figure, limit, measured, unit="x", note="", median=None):
        self._row(row, figure, limit, measured, median, unit, note, False)

    def figure(self, figure, measured, note=""):
        """Something worth knowing that has no budget."""
        self.figures.append({"figure": figure, "measured": measured, "note": note})

    def in_order(self):
        return sorted(self.rows, key=lambda row: row["row"])

    def text(self):
        out = _columns(("row", "figure", "budget", "measured", "median", "verdict", "note"), self.in_order())
        if self.figures:
            out += "\n\nWithout a budget:\n" + _columns(("figure", "measured", "note"), self.figures)
        return out


def _columns(names, rows):
    lines = [list(names), *([str(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(names))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)
