#!/usr/bin/env python3
"""Names every line of C++ that a page quotes and its source does not hold: quotes.py REPOSITORY

The derivations quote the sources that they link to in the same section; README quotes the program of
docs/package.md. Exit code 1 when a line is missing.
"""

import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1])


def quoted(text):
    """The lines of all ```cpp blocks, without their indentation."""
    blocks = re.findall(r"^```cpp\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def missing(page, text, sources):
    held = {line.strip() for source in sources for line in
            source.read_text(encoding="utf-8").splitlines()}
    return [f"{page}: not in {', '.join(source.name for source in sources)}: {line}"
            for line in quoted(text) if line not in held]


wrong = missing("README.md", (ROOT / "README.md").read_text(encoding="utf-8"),
                [ROOT / "docs/package.md"])
derivations = (ROOT / "docs/derivations.md").read_text(encoding="utf-8")
sections = [s for s in re.split(r"^##+ ", derivations, flags=re.MULTILINE) if quoted(s)]
for section in sections:
    links = re.findall(r"\]\(\.\./([\w/]+\.cpp)\)", section)
    wrong += missing("docs/derivations.md", section, [ROOT / link for link in links])
if len(sections) < 6:
    wrong.append(f"docs/derivations.md: code in {len(sections)} sections, expected 6 or more")
print("\n".join(wrong) or "every quoted line is in its source")
sys.exit(1 if wrong else 0)
