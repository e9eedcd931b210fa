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
    or in `missing`, with the reason; `notes` are on all other files. `digest` is of every name and
    every byte handed in."""
    contents: dict[str, bytes]
    missing: dict[str, str]
    notes: list[str]
    digest: bytes


def collect(folder: pathlib.Path, names: list[str]) -> Submission:
    """The files called `names`: flat in the folder, in folders as in the hand-out, or with more
    around them; of several with one name the one that lies as in the hand-out counts, then the
    outermost. Links are not followed: they could show anything of this machine."""
    found, others, links = {name: [] for name in names}, [], []
    everything = hashlib.sha256()
    for path, mode, here in walk(folder):
        name = next((n for n in names if n.rpartition("/")[2] == path.name), None)
        everything.update(os.fsencode(f"{str(path)!r} {stat.S_IFMT(mode)} "))
        if stat.S_ISLNK(mode):
            links.append(path)
            everything.update(hashed(os.fsencode(os.readlink(path.name, dir_fd=here))))
        elif not stat.S_ISREG(mode):
            others.append(path)
        else:
            content, digest = read(path.name, here)
            everything.update(digest)
            if name is None:
                others.append(path)
            else:
                found[name].append((path, content))
    contents, missing = {}, {}
    for name, copies in found.items():
        copies.sort(key=lambda copy: place_of(copy[0], name))
        if not copies:
            missing[name] = f"{name} was not handed in"
        elif copies[0][1] is None:
            missing[name] = f"{name} was not read: it is larger than {process.size_text(SIZE_LIMIT)}"
        else:
            contents[name] = copies[0][1]
        others += [path for path, _ in copies[1:]]
    notes = note(links, "Links are not followed, and were not read")
    notes += note(others, "Only the files of the assignment are graded; no code can read these")
    return Submission(contents, missing, notes, everything.digest())


def place_of(path: pathlib.PurePath, name: str) -> tuple:
    """Of several files with one name, the one with the least of this counts."""
    return not path.as_posix().endswith(name), len(path.parts), path


def walk(folder: pathlib.Path):
    """(path in the folder, mode, descriptor of the folder it lies in) of everything that is not a
    folder, in a fixed order. However deep: it goes from folder to folder, as long paths cannot."""
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    above, to_come = [], [names_in(here)]
    while to_come:
        if not to_come[-1]:
            to_come.pop()
            if above:
                here = step(here, "..")
                above.pop()
            continue
        name = to_come[-1].pop()
        mode = os.stat(name, dir_fd=here, follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            here = step(here, name)
            above.append(name)
            to_come.append(names_in(here))
        else:
            yield pathlib.PurePosixPath(*above, name), mode, here
    os.close(here)


def names_in(folder: int) -> list[str]:
    """The last one comes first."""
    return sorted(os.listdir(folder), reverse=True)


def step(here: int, name: str) -> int:
    there = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
    os.close(here)
    return there


def read(name: str, here: int) -> tuple[bytes | None, bytes]:
    """What is in the file, None when it is too large, and the digest of all of it."""
    with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=here), "rb") as file:
        content = file.read(SIZE_LIMIT + 1)
        digest = hashlib.sha256(content)
        while more := file.read(SIZE_LIMIT):
            digest.update(more)
    return content if len(content) <= SIZE_LIMIT else None, digest.digest()


def hashed(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def note(paths: list, what: str) -> list[str]:
    if not paths:
        return []
    names = ", ".join(printable(path) for path in paths[:NAMED_IN_A_NOTE])
    more = len(paths) - NAMED_IN_A_NOTE
    return [f"{what}: {names}" + (f" and {more} more." if more > 0 else ".")]


def printable(path: pathlib.PurePath) -> str:
    text = path.as_posix().encode(errors="replace").decode(errors="replace")
    return "".join(c if c.isprintable() else "?" for c in text)[:80]


def seed_of(digest: bytes, salt: bytes) -> int:
    """What the cases are drawn from: the same for the same submission, and not to be foretold
    without the salt."""
    return int.from_bytes(hashed(salt + digest)[:8], "big")
