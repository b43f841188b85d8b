# SPDX-License-Identifier: Apache-2.0
"""Compares counts with a baseline. Pure: everything here is tested."""

LIMIT = 2.0  # per cent

# What a count depends on besides our own source. Only another kind of CPU makes a comparison void: new packages rarely
# change much, and the linkage is of our own making.
SURROUNDINGS = ("preset", "linkage", "cpu_features", "packages")


def differences(baseline, now):
    """In what the surroundings of a baseline are not those of now, as sentences."""
    out = []
    for name in SURROUNDINGS:
        was, is_now = baseline.get(name), now.get(name)
        if was == is_now:
            continue
        if isinstance(was, dict) and isinstance(is_now, dict):
            changed = sorted(key for key in was.keys() | is_now.keys() if was.get(key) != is_now.get(key))
            out += [f"{key}: {was.get(key, 'none')} then, {is_now.get(key, 'none')} now" for key in changed]
        else:
            out.append(f"{name}: {was} then, {is_now} now")
    return out


def decides(baseline, now):
    """Whether a comparison with this baseline means anything here."""
    return baseline.get("cpu_features") == now.get("cpu_features")


def compare(baseline, counts):
    """A list of (program, then, now, change in per cent, verdict); verdict: same, worse, better, new or missing."""
    rows = []
    for name in sorted(baseline.keys() | counts.keys()):
        then, now = baseline.get(name), counts.get(name)
        if then is None or now is None:
            rows.append((name, then, now, None, "new" if then is None else "missing"))
            continue
        worse, better = now * 100 > then * (100 + LIMIT), now * 100 < then * (100 - LIMIT)
        rows.append((name, then, now, (now / then - 1) * 100, "worse" if worse else "better" if better else "same"))
    return rows
