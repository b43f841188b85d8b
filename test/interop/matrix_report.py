# SPDX-License-Identifier: Apache-2.0
"""What the matrix came to: a table for the terminal, a page for readers, and what makes the run fail."""

from dataclasses import dataclass, field

OURS, REAL = "troupe", "temporal"
GREEN, REAL_RED, OURS_RED, BOTH_RED = "+", "r", "O", "X"
MEANING = {
    GREEN: "as it has to be on both services", REAL_RED: "red on the real server alone",
    OURS_RED: "red on ours alone", BOTH_RED: "red on both",
}


@dataclass(frozen=True)
class Reason:
    """Why cells are red on the real server (`on` REAL_RED) or on both, where what went wrong there contains `says`; empty
    names stand for all."""

    row: str
    why: str
    says: str
    caller: str = ""
    handler: str = ""
    on: str = REAL_RED

    def covers(self, row, caller, handler, mark, said):
        return (self.row in ("", row) and self.caller in ("", caller) and self.handler in ("", handler) and self.on == mark
                and self.says in (said or ""))


REASONS = [
    Reason("update-backed", "a server of 1.31 does not tell the end of an update", "timeout SCHEDULE_TO_CLOSE"),
    Reason("activity-backed", "a server of 1.31 does not tell the end of an activity without a workflow",
           "timeout SCHEDULE_TO_CLOSE"),
]


@dataclass
class Report:
    rows: list[str]
    pairs: list[tuple[str, str]]
    letters: dict[str, str]
    left_out: dict[str, str]
    found: dict = field(default_factory=dict)  # (service, row, caller, handler) -> why it is red, or None
    notes: list[str] = field(default_factory=list)

    def said(self, service, row, pair):
        return self.found.get((service, row, *pair), "was not played")

    def mark(self, row, pair):
        ours, real = (self.said(service, row, pair) for service in (OURS, REAL))
        return {(False, False): GREEN, (False, True): REAL_RED, (True, False): OURS_RED, (True, True): BOTH_RED}[bool(ours), bool(real)]

    def reds(self):
        """Of each red cell what is wrong, and the reason that is known for it."""
        for row in self.rows:
            for pair in self.pairs:
                mark = self.mark(row, pair)
                if mark != GREEN:
                    said = self.said(REAL, row, pair)
                    known = [reason for reason in REASONS if reason.covers(row, *pair, mark, said)]
                    yield row, pair, mark, known

    def faults(self):
        """What makes the run fail: red cells without a reason, reasons without a red cell."""
        used, lines = set(), []
        for row, (caller, handler), mark, known in self.reds():
            used.update(known)
            if not known:
                for service in (OURS, REAL):
                    if why := self.said(service, row, (caller, handler)):
                        lines.append(f"{row}, {caller} to {handler}, {service}: {why}")
        here = {name for pair in self.pairs for name in pair}
        for reason in REASONS:
            if reason not in used and {reason.caller, reason.handler} - {""} <= here:
                lines.append(f"nothing is red any more because {reason.why} ({reason.row}): take the reason out")
        return lines

    def text(self):
        """Callers are the first letters of the columns, handlers the second ones."""
        width = max(len(row) for row in self.rows)
        heads = [self.letters[caller] + self.letters[handler] for caller, handler in self.pairs]
        lines = [f"{'caller, handler':{width}}  " + " ".join(heads)]
        for row in self.rows:
            lines.append(f"{row:{width}}  " + " ".join(f"{self.mark(row, pair):2}" for pair in self.pairs))
        lines.append("")
        lines.append(", ".join(f"{letter} {name}" for name, letter in self.letters.items()) + "; "
                     + ", ".join(f"{mark} {meaning}" for mark, meaning in MEANING.items()))
        return "\n".join([*lines, *self.remarks()])

    def remarks(self):
        lines = [f"left out: {name}, {why}" for name, why in self.left_out.items()]
        counted = {}
        for _, _, mark, known in self.reds():
            for reason in known:
                counted[reason] = counted.get(reason, 0) + 1
        lines += [f"{reason.row} ({reason.on}, {count} cells): {reason.why}" for reason, count in counted.items()]
        return lines + self.notes + [f"FAULT: {fault}" for fault in self.faults()]

    def page(self):
        heads = [f"{caller} → {handler}" for caller, handler in self.pairs]
        lines = ["# Nexus between the SDKs", "",
                 "Each cell is a caller workflow of one SDK and a handler of another, on our service and on the real one.", "",
                 "| | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
        for row in self.rows:
            lines.append(f"| {row} | " + " | ".join(self.mark(row, pair) for pair in self.pairs) + " |")
        lines += ["", "; ".join(f"`{mark}`: {meaning}" for mark, meaning in MEANING.items()), ""]
        return "\n".join([*lines, *(f"- {line}" for line in self.remarks()), ""])
