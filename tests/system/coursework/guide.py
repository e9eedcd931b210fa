"""The commands of the instructor's guide as they stand there, for tests that do what it says."""
import os
import pathlib
import re
import subprocess

GUIDE = pathlib.Path(__file__).resolve().parents[3] / "coursework/README.md"


def commands(program):
    """The lines of the guide's blocks of shell that begin with `program`, without their comments. There are some."""
    blocks = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line.split(" #")[0].rstrip() for block in blocks for line in block.splitlines()]
    found = [line for line in lines if line.split()[0] == program]
    if not found:
        raise LookupError(f"{GUIDE}: no command {program}")
    return found


def follow(program, root, home, options="", **environment):
    """Runs these lines one after the other in `root`, where coursework/ is, with `options` at the end of each.
    Returns what they wrote. Raises AssertionError where one fails."""
    written = []
    for line in commands(program):
        done = subprocess.run(["bash", "-c", f"{line} {options}"], cwd=root, capture_output=True, text=True, check=False,
                              env={**os.environ, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", **environment})
        if done.returncode != 0:
            raise AssertionError(f"{line}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        written.append(done.stdout)
    return written
