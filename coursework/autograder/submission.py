"""A student's submission: which of its files are graded, and the seed that it draws."""
import dataclasses
import hashlib
import os
import pathlib
import stat

import process

SIZE_LIMIT = 2**20   # bytes of a file; the longest solution has a few thousand
NAMED_IN_A_NOTE = 5  # files


@dataclasses.dataclass(frozen=True)
class Submission:
    """Every file of the assignment by its name there ("layers/affine.cpp") is either in `contents`
    or in `missing`, with the reason; `notes` are on all other files."""
    contents: dict[str, bytes]
    missing: dict[str, str]
    notes: list[str]


def collect(folder: pathlib.Path, names: list[str]) -> Submission:
    """The files called `names`: flat in the folder, in folders as in the hand-out, or with more
    around them; of several with one name the one that lies as in the hand-out counts, then the
    outermost. Links are not followed: they could show anything of this machine."""
    found, others, links = {name: [] for name in names}, [], []
    for path, mode in walk(folder):
        relative = path.relative_to(folder)
        name = next((n for n in names if n.rpartition("/")[2] == relative.name), None)
        if stat.S_ISLNK(mode):
            links.append(relative)
        elif name is None or not stat.S_ISREG(mode):
            others.append(relative)
        else:
            found[name].append(relative)
    contents, missing = {}, {}
    for name, paths in found.items():
        paths.sort(key=lambda path: (not path.as_posix().endswith(name), len(path.parts), path))
        content = read(folder / paths[0]) if paths else b""
        if not paths:
            missing[name] = f"{name} was not handed in"
        elif content is None:
            missing[name] = f"{name} was not read: it is larger than {process.size_text(SIZE_LIMIT)}"
        else:
            contents[name] = content
        others += paths[1:]
    notes = note(links, "Links are not followed, and were not read")
    notes += note(others, "Only the files of the assignment are graded; these were not read")
    return Submission(contents, missing, notes)


def walk(folder: pathlib.Path):
    """(path, mode) of everything that is not a folder, in a fixed order."""
    for parent, folders, files in os.walk(folder):
        folders.sort()
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        for name in sorted(files + links):
            path = pathlib.Path(parent, name)
            yield path, path.lstat().st_mode


def read(path: pathlib.Path) -> bytes | None:
    """None when it is too large."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        content = file.read(SIZE_LIMIT + 1)
    return content if len(content) <= SIZE_LIMIT else None


def note(paths: list, what: str) -> list[str]:
    if not paths:
        return []
    names = ", ".join(printable(path) for path in paths[:NAMED_IN_A_NOTE])
    more = len(paths) - NAMED_IN_A_NOTE
    return [f"{what}: {names}" + (f" and {more} more." if more > 0 else ".")]


def printable(path: pathlib.PurePath) -> str:
    text = path.as_posix().encode(errors="replace").decode(errors="replace")
    return "".join(c if c.isprintable() else "?" for c in text)[:80]


def seed_of(contents: dict[str, bytes], names: list[str], salt: bytes) -> int:
    """What the cases are drawn from: the same for the same submission, and not to be foretold
    without the salt."""
    digest = hashlib.sha256(salt)
    for name in names:
        content = contents.get(name)
        digest.update(f"\n{name} {'none' if content is None else len(content)}\n".encode())
        digest.update(content or b"")
    return int.from_bytes(digest.digest()[:8], "big")
