"""The list of mutants that no test can be asked to notice, each with the reason.

Blocks with an empty line between: first the reason, in lines that begin with `# `, then the mutants
it holds for, named as mutators.py names them.
"""


class ListError(Exception):
    """What is wrong with the list, in a sentence."""


def read(path):
    """Mutant -> reason."""
    reasons = {}
    for block in path.read_text(encoding="utf-8").strip().split("\n\n") if path.exists() else []:
        lines = [line for line in block.splitlines() if line.strip()]
        reason = " ".join(line[2:] for line in lines if line.startswith("# "))
        for line in lines:
            if line.startswith("# "):
                continue
            if not reason:
                raise ListError(f"{path}: no reason is given for {line}")
            if line in reasons:
                raise ListError(f"{path}: listed twice: {line}")
            reasons[line] = reason
    return reasons
