# SPDX-License-Identifier: Apache-2.0
"""The fenced blocks of the documents, and the programs that they make together. docs/README.md says how one is marked."""

import pathlib
import re
import subprocess
from dataclasses import dataclass

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^ *```(.*)$")
HIDDEN = re.compile(r"^<!-- cpp( .*)?$")

# What stands around the statements of a block.
FUNCTIONS = {
    "workflow": ("troupe::async<> block_{line}(troupe::workflow::context ctx)", "co_return;"),
    "handler": ("troupe::nexus::async<> block_{line}(troupe::nexus::start_context ctx)", "co_return;"),
    "main": ("void block_{line}(troupe::client client, troupe::worker& worker, troupe::service& service)", ""),
}


@dataclass
class block:
    document: pathlib.Path
    line: int  # of its first line of text
    language: str
    words: list
    text: str

    def file(self):
        """The name of the file that it is, or None."""
        return next((word[5:] for word in self.words if word.startswith("file=")), None)

    def runs(self):
        return "run" in self.words

    def place(self):
        return f"{self.document.relative_to(SOURCE)}:{self.line}"


def documents():
    names = subprocess.check_output(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
                                    cwd=SOURCE, text=True).split()
    return [SOURCE / name for name in names if not name.startswith("test/histories/") and (SOURCE / name).exists()]


def blocks_of(document):
    """All fenced blocks in their order, and the hidden ones, which are C++ in a comment."""
    found, current, ends = [], None, None
    for number, line in enumerate(document.read_text().splitlines(), 1):
        if current is not None:
            if ends(line):
                current.text = "\n".join(current.text) + "\n"
                found.append(current)
                current = None
            else:
                current.text.append(line)
        elif hidden := HIDDEN.match(line):
            words = (hidden[1] or "").split()
            current, ends = block(document, number + 1, "cpp", words, []), lambda text: text.strip() == "-->"
        elif fence := FENCE.match(line):
            language, *words = fence[1].split() or [""]
            current, ends = block(document, number + 1, language, words, []), lambda text: text.strip() == "```"
    if current is not None:
        raise AssertionError(f"{current.place()}: the block does not end")
    return found


def prelude():
    """What all code of the documents stands behind: the block of docs/README.md that says so."""
    (text,) = [each.text for each in blocks_of(SOURCE / "docs" / "README.md") if "prelude" in each.words]
    return text


def unit_of(document):
    """One translation unit of all blocks of a document that are no files and not the prelude; empty if it has none."""
    parts = []
    for each in blocks_of(document):
        if each.language != "cpp" or each.file() or "prelude" in each.words:
            continue
        known = [word for word in each.words if word in FUNCTIONS]
        if [word for word in each.words if word != "run"] != known or len(known) > 1 or (each.runs() and known != ["main"]):
            raise AssertionError(f"{each.place()}: {' '.join(each.words)} says nothing to a block of C++")
        begin = f'#line {each.line} "{document.relative_to(SOURCE)}"\n'
        if known:
            signature, end = FUNCTIONS[known[0]]
            parts += [signature.format(line=each.line), " {\n", begin, each.text, end, "\n}\n"]
        else:
            parts += [begin, each.text]
    return "".join(parts)


def program_of(document):
    """The unit with a main that runs its blocks `cpp main run`; empty if it has none."""
    calls = [f"  block_{each.line}(client, worker, service);\n" for each in blocks_of(document)
             if each.language == "cpp" and each.runs()]
    if not calls:
        return ""
    return (prelude() + unit_of(document) + "int main() {\n  troupe::service service;\n  auto client = service.connect();\n"
            '  troupe::worker worker{client, {.task_queue = "docs"}};\n' + "".join(calls) + "}\n")
