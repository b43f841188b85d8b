"""Runs clang-tidy with the installed configuration: it finds each line's `// tidy: <name>`, and nothing else."""

import re
import subprocess
import sys

tidy, config, source, *flags = sys.argv[1:]
with open(source) as file:
    wanted = {
        (number, match[1])
        for number, line in enumerate(file, 1)
        if (match := re.search(r"// tidy: (\S+)", line))
    }
said = subprocess.run(
    [tidy, f"--config-file={config}", source, "--", *flags], capture_output=True, text=True
).stdout
found = {
    (int(line), name)
    for line, names in re.findall(r"^[^:\n]+:(\d+):\d+: (?:error|warning): .* \[([\w.,-]+)\]$", said, re.M)
    for name in [names.split(",")[0]]
}
# A name may be given without its family: avoid-..., return-type.
missed = {w for w in wanted if not any(w[0] == f[0] and f[1].endswith(w[1]) for f in found)}
surplus = {f for f in found if not any(w[0] == f[0] and f[1].endswith(w[1]) for w in wanted)}
if not wanted or missed or surplus:
    sys.exit(f"missed: {sorted(missed)}, surplus: {sorted(surplus)}\n{said}")
print(f"found all {len(wanted)}")
