# SPDX-License-Identifier: Apache-2.0
"""What is made of the figures of several rounds. Pure: everything here is tested."""

import statistics

STEAL_LIMIT = 10.0  # per cent; above it a round says more about the neighbours than about us


class Series:
    """One figure over the rounds. Small is good for costs, large for rates."""

    def __init__(self, values, large_is_good=False):
        self.values = [float(value) for value in values]
        if not self.values:
            raise ValueError("no round left to take a figure from")
        self.best = max(self.values) if large_is_good else min(self.values)
        self.median = statistics.median(self.values)


def ratio(of, to):
    """Of two series: (best to best, median to median)."""
    return of.best / to.best, of.median / to.median


def slope(points):
    """Least squares: how much y grows with one x."""
    if len(points) < 2:
        raise ValueError("a slope needs two points")
    mean_x = statistics.fmean(x for x, _ in points)
    mean_y = statistics.fmean(y for _, y in points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if spread == 0:
        raise ValueError("a slope needs two different places")
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


def growth_percent(values):
    """How much larger the last quarter of a series is than its first, in per cent."""
    quarter = max(1, len(values) // 4)
    first, last = statistics.fmean(values[:quarter]), statistics.fmean(values[-quarter:])
    return (last / first - 1) * 100


def parse_cpu_times(stat, cores=None):
    """(all, stolen) ticks from the text of /proc/stat, over all cores or those named."""
    wanted = {"cpu"} if cores is None else {f"cpu{core}" for core in cores}
    total = stolen = 0
    for line in stat.splitlines():
        name, *ticks = line.split() or [""]
        if name in wanted:
            ticks = [int(tick) for tick in ticks[:8]]  # guest time is in user time already
            total += sum(ticks)
            stolen += ticks[7]
    return total, stolen


def steal_percent(before, after):
    """What the hypervisor kept between two `parse_cpu_times`."""
    total = after[0] - before[0]
    return 100.0 * (after[1] - before[1]) / total if total > 0 else 0.0


def steady(runs, limit=STEAL_LIMIT):
    """(runs to count, number of runs dropped for stolen time); each run has a `steal`."""
    kept = [run for run in runs if run["steal"] <= limit]
    return kept, len(runs) - len(kept)


def used_budget(limit, measured, at_most):
    """1 is exactly the budget, more is a miss."""
    if at_most:
        return measured / limit if limit else (0.0 if measured <= 0 else float("inf"))
    return limit / measured if measured else float("inf")


def verdict(limit, measured, at_most):
    used = used_budget(limit, measured, at_most)
    if used <= 1:
        return "holds"
    if used == float("inf"):
        return "misses"
    return f"misses by {(used - 1) * 100:.0f} %" if used >= 1.01 else "misses by less than 1 %"
