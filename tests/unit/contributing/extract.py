#!/usr/bin/env python3
"""Writes every C++ file that a page shows whole: extract.py PAGE.md FOLDER

A file is a ```cpp block; its name is the last path in backquotes before it.
"""

import re
import sys
from pathlib import Path

page, folder = Path(sys.argv[1]).read_text(encoding="utf-8"), Path(sys.argv[2])
end = 0
for block in re.finditer(r"^```cpp\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
    name = re.findall(r"\*\*, `([\w/]+\.[ch]pp)`", page[end : block.start()])[-1]
    end = block.end()
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists() or file.read_text(encoding="utf-8") != block.group(1):
        file.write_text(block.group(1), encoding="utf-8")
    print(name)
