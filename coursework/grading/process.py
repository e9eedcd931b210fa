"""Runs a program that nobody vouches for: with limits, and as another user where one is named.

A worker (a program with a student's code in it) reads requests on its standard input, a line of
JSON each, and answers on file descriptor 3, a line of JSON each. Its standard output and error are
the student's own. `run` talks to a worker; `execute` is what it stands on, and runs compilers too.

What a program gets does not depend on how busy the machine is. Its time is computing time, of all
its processes together; the clock only ends one that waits for something, and that after minutes.

Only Linux, and nothing but Python's own modules, unless another user is to run the program.
"""
import collections
import ctypes
import dataclasses
import json
import os
import pathlib
import pwd
import resource
import selectors
import signal
import subprocess
import tempfile
import time

MB = 2**20
ANSWERS = 3          # the file descriptor of the answers
TICK = 0.1           # seconds to wait for a program that says nothing
LOOK = 0.2           # seconds between two looks at what it uses up
CLOCK_TICK = 1 / os.sysconf("SC_CLK_TCK")  # seconds: the unit of computing time in /proc
GIVE_UP = 300        # seconds until what was killed, or removed, must be gone
REMOVAL = 60         # seconds that one removal may compute
LAST_WORDS = 1.0     # seconds a program may still take when all its answers are there
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38  # linux/prctl.h
# Every byte of new memory is 0xfe, and so every double in it -5.3e+303: what is never written has
# the same value each time, and one that judge.py knows. (glibc's; elsewhere it is ignored.)
# AddressSanitizer, where ./grade --debug has built it in, does the same, and tells of an abort, too.
MEMORY = {"GLIBC_TUNABLES": "glibc.malloc.perturb=1:glibc.malloc.tcache_count=0",
          "ASAN_OPTIONS": "malloc_fill_byte=254:max_malloc_fill_size=1048576:detect_leaks=0:"
                          "handle_abort=1:symbolize=0"}
OPEN_TO_ALL = ["/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock"]
LIBC = ctypes.CDLL(None, use_errno=True)


def occupy(descriptor: int) -> None:
    """Opens /dev/null until a higher one is free; for ever. What a child is to find at `descriptor`
    is put there after the fork: nothing that subprocess needs until then may have come to lie at
    the same number, in whichever thread."""
    while (opened := os.open(os.devnull, os.O_RDONLY)) <= descriptor:
        pass
    os.close(opened)


occupy(ANSWERS)


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a program may use up. An honest item computes for less than 0.1 s; to touch all of the
    memory takes up to 4 s on a busy virtual machine, and is to meet the limit on memory. An endless
    loop uses up its computing time before the backstop also where 20 programs share a processor."""
    cpu_seconds: int = 10     # computing time of all its processes together, ended ones included
    backstop: int = 240       # seconds by the clock, for one that waits
    memory: int = 512 * MB    # bytes of address space
    output: int = 1 * MB      # bytes on standard output and error together
    answers: int = 4 * MB     # bytes
    file: int = 0             # bytes of any file it writes
    processes: int = 4        # and threads, together; only where another user runs the program
    descriptors: int = 64


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a program. `ending` is None when it ended well: with exit code 0 or, where
    answers were awaited, with all of them; else a line that says what it did instead. `waited`
    tells that the backstop ended it."""
    answers: bytes
    output: str
    ending: str | None
    waited: bool = False


@dataclasses.dataclass(frozen=True)
class Answer:
    """One response for each request, fewer when the worker ended early; `ending` then tells why.
    What the responses hold is the student's: only that each is a JSON object is sure."""
    responses: list[dict]
    ending: str | None
    output: str
    waited: bool = False


class MachineError(RuntimeError):
    """Not the program's doing: the machine cannot run or end it. No verdict may come of that."""


def run(worker: pathlib.Path, requests: list[dict], limits: Limits = Limits(),
        user: int | None = None) -> Answer:
    """Asks a worker, in a process of its own and in an empty folder that it cannot write to."""
    data = "".join(json.dumps(request) + "\n" for request in requests).encode()
    with tempfile.TemporaryDirectory(prefix="thinnet-") as folder:
        os.chmod(folder, 0o555)
        outcome = execute([worker], limits, user, folder=folder, data=data, lines=len(requests))
    responses, ending = [], outcome.ending
    for line in outcome.answers.split(b"\n")[:-1][:len(requests)]:
        response = read_response(line)
        if response is None:
            ending = "wrote a line to file descriptor 3 that is no answer"
            break
        responses.append(response)
    return Answer(responses, ending, outcome.output, outcome.waited)


def read_response(line: bytes) -> dict | None:
    """None unless the line is a JSON object."""
    try:
        response = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return response if isinstance(response, dict) else None


def execute(command: list, limits: Limits, user: int | None, *, folder: str | pathlib.Path,
            data: bytes = b"", lines: int | None = None) -> Outcome:
    """Runs a program in `folder` until it has ended or, with `lines` given, has written so many
    to file descriptor 3. As `user` it has that user's group and no other, and afterwards nothing
    of that user runs any more, nor lies where everybody may leave things: it must be a user for
    this purpose alone, and one call at a time."""
    if user == 0:
        raise ValueError("root is no user to run a student's code: all that it runs would be ended")
    calls = None
    if user is not None:
        import refused  # needs a package that students do not have
        calls = refused.filter_of(makes_files=limits.file > 0)
        check(LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))  # so that orphans are ours to bury
        clean_after(user)
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            [str(word) for word in command], cwd=folder, start_new_session=True,
            env={**environment(), **(MEMORY if lines is not None else {})},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            pass_fds=(ANSWERS,), preexec_fn=lambda: confine(limits, user, calls, writing))
    except BlockingIOError as error:
        os.close(reading)
        raise MachineError(f"no process can be started: {error}") from error
    except OSError:
        os.close(reading)
        raise
    except subprocess.SubprocessError as error:
        os.close(reading)
        raise MachineError(f"a process cannot be confined: {error}") from error
    finally:
        os.close(writing)
    conversation = Conversation(process, reading, data, lines, limits, user)
    try:
        ending = conversation.hold()
    finally:
        end(process, user)
        conversation.close()
    if ending is None and not conversation.complete():
        ending = describe_end(process.returncode, conversation.text(), limits, lines is not None)
    return Outcome(bytes(conversation.answers), conversation.text(), ending, conversation.waited)


def environment() -> dict:
    """All that a program gets to see. Threads would only wait for each other, and a compiler that
    is stopped leaves files behind, which go with the folder it runs in."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "TMPDIR": ".",
            "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def confine(limits: Limits, user: int | None, calls, writing: int) -> None:
    """In the new process, before the program: the limits, then the user who cannot lift them, then
    the filter of the calls that are refused to that user."""
    os.dup2(writing, ANSWERS)
    os.set_inheritable(ANSWERS, True)
    lower(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1)  # SIGXCPU, then SIGKILL
    lower(resource.RLIMIT_AS, limits.memory)
    lower(resource.RLIMIT_FSIZE, limits.file)
    lower(resource.RLIMIT_NOFILE, limits.descriptors)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_MSGQUEUE, 0)
    check(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    if user is not None:
        # The kernel counts all of the user's processes, which of somebody at a desk are many. One
        # more than allowed is let through, so that it can be told from a limit just reached.
        lower(resource.RLIMIT_NPROC, limits.processes + 1)
        os.setgroups([])
        own = group_of(user)
        os.setresgid(own, own, own)
        os.setresuid(user, user, user)
        calls.load()


def lower(what: int, value: int, hard: int | None = None) -> None:
    """Sets a limit, and how far a program may lift it itself; what is lower already stays."""
    now = resource.getrlimit(what)[1]
    hard = value if hard is None else hard
    if now != resource.RLIM_INFINITY:
        value, hard = min(value, now), min(hard, now)
    resource.setrlimit(what, (value, hard))


def group_of(user: int) -> int:
    """The user's own group; of a user without an entry, the group with the same number."""
    try:
        return pwd.getpwuid(user).pw_gid
    except KeyError:
        return user


def check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Conversation:
    """Feeds a process and takes what it says, as it comes, so that neither waits for the other."""

    def __init__(self, process, reading, data, lines, limits, user):
        self.process, self.lines, self.limits, self.user = process, lines, limits, user
        self.clock = ComputingTime()
        self.waited = False
        self.data = memoryview(data)
        self.answers, self.output = bytearray(), bytearray()
        self.newlines = 0
        self.reading = reading
        self.selector = selectors.DefaultSelector()
        for stream, events in ((process.stdin.fileno(), selectors.EVENT_WRITE),
                               (process.stdout.fileno(), selectors.EVENT_READ),
                               (reading, selectors.EVENT_READ)):
            os.set_blocking(stream, False)
            self.selector.register(stream, events)

    def complete(self) -> bool:
        """Whether all awaited answers are there."""
        return self.lines is not None and self.newlines >= self.lines

    def text(self) -> str:
        return self.output.decode(errors="replace")

    def hold(self) -> str | None:
        """Until the process has ended; or the line that says why it has to be ended. What it says
        after its last answer does not matter, but what it has used up by then does."""
        now = time.monotonic()
        end_by, look_at, answered = now + self.limits.backstop, now + LOOK, False
        while True:
            ended = self.has_ended()
            moved = self.exchange(0 if ended else TICK)
            over = ended and not moved  # what it had written before its end is read
            complaint, now = self.excess(), time.monotonic()
            if answered or (complaint and self.complete()):
                if complaint or over or now >= end_by:
                    return None
                continue
            if self.complete():
                answered, end_by = True, min(end_by, now + LAST_WORDS)
            if complaint is None and (over or answered or now >= look_at):
                complaint, look_at = self.look(ended), now + LOOK
            if complaint or over:
                return complaint
            if now >= end_by and not answered:
                self.waited = True
                return f"did not end within {minutes_text(self.limits.backstop)} though it " \
                       f"computed for less than {int(self.clock.total()) + 1} s: it waits for " \
                       "something (sleep, input, a lock); the machine's load is not the cause"

    def has_ended(self) -> bool:
        """Without burying it: /proc still tells how long it has computed."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, options) is not None

    def look(self, ended: bool) -> str | None:
        """A line when all processes together use up more than allowed. Those limits that the
        kernel does not know come first: a bomb uses up its computing time too."""
        if self.user is None:
            found = processes_in(self.process.pid)
        else:
            found = processes_of(self.user)
        self.clock.look(found)
        if self.user is not None:
            alive = [p for p in found if not ended or p.number != self.process.pid]
            if sum(process.threads for process in alive) > self.limits.processes:
                return too_many_processes(self.limits)
            if sum(process.resident for process in alive) > self.limits.memory:
                return too_much_memory(self.limits)
        if self.clock.total() > self.limits.cpu_seconds:
            return too_much_computing(self.limits)
        return None

    def exchange(self, timeout: float) -> bool:
        """Writes and reads what can be at once; whether there was anything."""
        moved = 0
        for key, _ in self.selector.select(timeout):
            if key.fd == self.reading:
                piece = self.read(key.fd, self.answers)
                self.newlines += piece.count(b"\n")
            elif key.fd == self.process.stdout.fileno():
                piece = self.read(key.fd, self.output)
            else:
                piece = self.write(key.fd)
            moved += len(piece)
        return moved > 0

    def excess(self) -> str | None:
        """A line when the program has said more than it may."""
        if len(self.output) > self.limits.output:
            del self.output[self.limits.output:]
            return f"printed more than {size_text(self.limits.output)}"
        if len(self.answers) > self.limits.answers:
            return f"answered with more than {size_text(self.limits.answers)}"
        return None

    def read(self, descriptor: int, into: bytearray) -> bytes:
        piece = os.read(descriptor, 65536)
        if not piece:
            self.selector.unregister(descriptor)
        into += piece
        return piece

    def write(self, descriptor: int) -> bytes:
        try:
            piece = self.data[:os.write(descriptor, self.data[:65536])]
        except BrokenPipeError:  # it reads no further: what it answers then decides
            piece = self.data
        self.data = self.data[len(piece):]
        if not self.data:
            self.selector.unregister(descriptor)
            self.process.stdin.close()
        return piece

    def close(self) -> None:
        self.selector.close()
        os.close(self.reading)
        self.process.stdout.close()
        self.process.stdin.close()


class ComputingTime:
    """What a program's processes have computed together, as looks at them tell. One that has ended
    is in the sum of the parent that waited for it. One that nobody waits for (SIGCHLD ignored) is
    in no sum, and counts as far as it was last seen: who has many of them is seen often."""

    def __init__(self):
        self.seen = {}
        self.lost = 0.0  # seconds that no sum holds

    def look(self, found: list["Process"]) -> None:
        now = {process.number: process for process in found}
        owed = collections.Counter()  # seconds that should be in this process's sum by now
        for number, process in self.seen.items():
            if number not in now or now[number].started != process.started:
                owed[self.heir_of(process, now)] += process.own + process.ended_children
        for number, seconds in owed.items():
            inherited = 0.0
            if number in now:
                before = self.seen[number].ended_children if number in self.seen else 0.0
                inherited = now[number].ended_children - before
            self.lost += max(0.0, seconds - inherited - CLOCK_TICK)  # sums are in whole ticks
        self.seen = now

    def heir_of(self, process: "Process", now: dict) -> int:
        """The nearest of its parents that has not ended itself."""
        number = process.parent
        for _ in self.seen:
            if number in now or number not in self.seen:
                break
            number = self.seen[number].parent
        return number

    def total(self) -> float:
        return self.lost + sum(p.own + p.ended_children for p in self.seen.values())


def size_text(size: int) -> str:
    return f"{size // MB} MB"


def minutes_text(seconds: int) -> str:
    minutes = seconds // 60
    if seconds % 60:
        return f"{seconds} s"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def too_much_memory(limits: Limits) -> str:
    return f"asked for more memory than {size_text(limits.memory)}"


def too_many_processes(limits: Limits) -> str:
    return f"started more processes or threads than the {limits.processes} allowed"


def too_much_computing(limits: Limits) -> str:
    return f"used more than the {limits.cpu_seconds} s of computing time that are allowed (a " \
           "loop without end?): this does not depend on how busy the machine is"


GUESSES = {
    signal.SIGSEGV: "a wrong index, a matrix that has no shape yet, or a recursion without end?",
    signal.SIGBUS: "a wrong index?",
    signal.SIGABRT: "an exception nobody caught, memory written past its end, a thread too many?",
    signal.SIGFPE: "an integer divided by 0?",
    signal.SIGILL: "a function that ends without return?",
    signal.SIGXFSZ: "it tried to write to a file",
    signal.SIGKILL: "too much memory?",
}


def describe_end(status: int, output: str, limits: Limits, awaited: bool) -> str | None:
    """The line for a process that ended by itself, without the answers that were `awaited`. Its
    last words decide the wording alone: they are the student's."""
    last_words = output[-2000:]
    if status != 0 and "bad_alloc" in last_words:
        return too_much_memory(limits)
    if status != 0 and "Resource temporarily unavailable" in last_words:
        return too_many_processes(limits)
    if status >= 0:
        if awaited:
            return f"ended the process with exit code {status} before it answered"
        return f"ended with exit code {status}" if status > 0 else None
    number = -status
    if number == signal.SIGXCPU:
        return too_much_computing(limits)
    name = next((s.name for s in signal.Signals if s == number), f"signal {number}")
    guess = GUESSES.get(number)
    return f"was ended by {name}" + (f": {guess}" if guess else "")


@dataclasses.dataclass(frozen=True)
class Process:
    """A process, as /proc shows it."""
    number: int
    parent: int
    threads: int
    resident: int          # bytes
    zombie: bool           # ended, and not yet buried by its parent
    started: int           # tells it from another one that got its number
    own: float             # seconds that it has computed, in all of its threads
    ended_children: float  # seconds of the children that it has waited for, and of theirs


def processes_of(user: int) -> list[Process]:
    """A user's, from /proc/*/status: unlike their owners, its Uid line is right for every one."""
    found = []
    for number in process_numbers():
        try:
            lines = pathlib.Path(f"/proc/{number}/status").read_text(errors="replace").splitlines()
            owners = next(line for line in lines if line.startswith("Uid:")).split()[1:]
            if str(user) in owners:
                found.append(process_from(number, stat_of(number)))
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended
    return found


def processes_in(session: int) -> list[Process]:
    found = []
    for number in process_numbers():
        try:
            stat = stat_of(number)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(stat[3]) == session:
            found.append(process_from(number, stat))
    return found


def process_numbers() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def stat_of(number: int) -> list[str]:
    """What follows the name in /proc/*/stat; proc(5) counts from 3 there."""
    text = pathlib.Path(f"/proc/{number}/stat").read_text(errors="replace")
    return text.rpartition(")")[2].split()


def process_from(number: int, stat: list[str]) -> Process:
    ticks = [int(field) for field in stat[11:15]]
    return Process(
        number=number, parent=int(stat[1]), threads=int(stat[17]),
        resident=resource.getpagesize() * int(stat[21]), zombie=stat[0] in "ZX",
        started=int(stat[19]), own=sum(ticks[:2]) * CLOCK_TICK,
        ended_children=sum(ticks[2:]) * CLOCK_TICK)


def end(process: subprocess.Popen, user: int | None) -> None:
    """Ends a process, what it started, and with a user whatever that user runs."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # the whole group has ended already
    process.wait()
    if user is not None:
        clean_after(user)


def clean_after(user: int) -> None:
    """Ends what the user runs and removes what it has left. Raises MachineError where something
    stays: it could tell the next program something, or be in its way."""
    end_everything_of(user)
    remove(left_by(user))
    if left := left_by(user):
        raise MachineError(f"what user {user} has left cannot be removed: {left[0]}")


def end_everything_of(user: int) -> None:
    """Kills all processes of a user, however fast they multiply, and buries the orphans."""
    give_up_at = time.monotonic() + GIVE_UP
    while found := [p for p in processes_of(user) if not p.zombie or p.parent == os.getpid()]:
        if time.monotonic() > give_up_at:
            raise MachineError(f"processes of user {user} do not end: {found}")
        for process in found:
            try:
                if process.zombie:
                    os.waitpid(process.number, os.WNOHANG)
                else:
                    os.kill(process.number, signal.SIGKILL)
            except (ProcessLookupError, ChildProcessError):
                pass
        if any(not process.zombie for process in found):
            # One that forks faster than /proc is read gets away from us, but not from the kernel's
            # own list: signal 9 to -1, as that user, in a program that has none of our memory.
            subprocess.run(["setpriv", f"--reuid={user}", f"--regid={group_of(user)}",
                            "--clear-groups", "sh", "-c", "kill -9 -1"],
                           env=environment(), check=False, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.005)


def left_by(user: int) -> list[str]:
    """What belongs to a user where everybody may leave things."""
    found = []
    for folder in filter(os.path.isdir, OPEN_TO_ALL):
        with os.scandir(folder) as entries:
            found += [entry.path for entry in entries if owner_of(entry) == user]
    return found


def owner_of(entry: os.DirEntry) -> int | None:
    """None when it is gone: others use these folders too."""
    try:
        return entry.stat(follow_symlinks=False).st_uid
    except FileNotFoundError:
        return None


def remove(paths: list) -> None:
    """Files and folders with all that is in them, however deep: rm, unlike Python, does not call
    itself for each folder. Raises MachineError where something stays."""
    if not paths:
        return
    command = ["xargs", "--null", "rm", "-rf", "--one-file-system", "--"]
    try:
        done = subprocess.run(command, input=b"\0".join(map(os.fsencode, paths)), check=False,
                              timeout=GIVE_UP, env=environment(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE,
                              preexec_fn=lambda: lower(resource.RLIMIT_CPU, REMOVAL))
    except subprocess.SubprocessError as error:
        raise MachineError(f"{paths[0]} cannot be removed: {error}") from error
    if done.returncode != 0:
        why = done.stderr.decode(errors="replace").partition("\n")[0] or "it takes too long"
        raise MachineError(f"{paths[0]} cannot be removed: {why}")
