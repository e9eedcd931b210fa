#!/usr/bin/python3
"""Does a program that nobody vouches for stay within its limits, and is it told from an honest one?

The workers are small scripts in Python and C. What needs another user is skipped unless root runs it.
"""
import concurrent.futures
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock

SOURCE = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(SOURCE / "coursework/grading"))
import process  # noqa: E402

USER = 61011  # nobody's number: its processes are all ours
LIMITS = process.Limits()
SHORT = process.Limits(backstop=1)
ONE_SECOND = process.Limits(cpu_seconds=1)
COMPUTED = "^used more than the 1 s of computing time that are allowed " \
           r"\(a loop without end\?\): this does not depend on how busy the machine is$"
WAITED = "^did not end within 1 s though it computed for less than 1 s: it waits for something " \
         r"\(sleep, input, a lock\); the machine's load is not the cause$"
REQUESTS = [{"number": n} for n in range(3)]
ECHO = """\
import json, os, sys
for line in sys.stdin:
    os.write(3, (line.strip() + "\\n").encode())
"""
needs_root = unittest.skipUnless(os.geteuid() == 0, "only root can run a program as another user")


def nest(path, depth):
    """Folders of USER in each other, the outermost at `path`: many more than a path may name."""
    path.mkdir()
    os.chown(path, USER, USER)
    here = os.open(path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("x", dir_fd=here)
        inner = os.open("x", os.O_RDONLY, dir_fd=here)
        os.close(here)
        os.chown(inner, USER, USER)
        here = inner
    os.close(here)


def children_computed():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class WorkerTest(unittest.TestCase):
    """A folder that everybody can read, for the workers."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="process-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.folder.chmod(0o755)

    def script(self, text):
        path = self.folder / "worker"
        path.write_text("#!/usr/bin/python3 -IS\n" + text)
        path.chmod(0o755)
        return path

    def program(self, text):
        """A worker in C."""
        source = self.folder / "worker.c"
        source.write_text(text)
        subprocess.run(["gcc", "-O0", "-w", "-o", self.folder / "worker", source], check=True)
        return self.folder / "worker"

    def run_worker(self, worker, requests=None, limits=LIMITS, user=None):
        return process.run(worker, REQUESTS if requests is None else requests, limits, user)

    def assert_gone(self, user=USER):
        self.assertEqual([p for p in process.processes_of(user) if not p.zombie], [])


class Honest(WorkerTest):
    def test_answers_come_in_order_and_output_apart(self):
        answer = self.run_worker(self.script("print('mine')\n" + ECHO))
        self.assertEqual(answer.responses, REQUESTS)
        self.assertIsNone(answer.ending)
        self.assertEqual(answer.output, "mine\n")

    def test_requests_and_answers_larger_than_a_pipe_do_not_wait_for_each_other(self):
        requests = [{"values": [0.1] * 40000} for _ in range(8)]
        answer = self.run_worker(self.script(ECHO), requests)
        self.assertEqual(answer.responses, requests)

    def test_reads_nothing_until_it_has_answered_everything(self):
        answer = self.run_worker(self.script(
            "import os, time\nos.write(3, b'{}\\n' * 3)\ntime.sleep(0.2)\nos.read(0, 10)\n"),
            [{"values": "x" * 300000}] * 3)
        self.assertEqual((answer.responses, answer.ending), ([{}] * 3, None))

    def test_infinities_and_nan(self):
        answer = self.run_worker(self.script(
            "import os\nos.write(3, b'{\"a\": [NaN, Infinity, -Infinity]}\\n')\n"), [{}])
        self.assertEqual(answer.responses[0]["a"][1:], [float("inf"), -float("inf")])

    def test_all_answers_there_what_comes_after_does_not_matter(self):
        started = time.monotonic()
        for after in ("import time; time.sleep(3600)", "os.abort()", "print('x' * 3000000)"):
            with self.subTest(after):
                answer = self.run_worker(self.script(ECHO + after))
                self.assertEqual((answer.responses, answer.ending), (REQUESTS, None))
        self.assertLess(time.monotonic() - started, LIMITS.backstop)  # nobody waited for the sleep

    def test_side_by_side(self):
        """Descriptors come and go in all threads, and each worker answers at its own 3."""
        worker = self.script(ECHO)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda n: self.run_worker(worker, [{"n": n}]), range(40)))
        self.assertEqual([answer.responses for answer in answers], [[{"n": n}] for n in range(40)])

    @needs_root
    def test_sees_the_bare_minimum(self):
        secret = self.folder / "secret"
        secret.write_text("")
        os.environ["SECRET"] = "1"
        self.addCleanup(os.environ.pop, "SECRET")
        with secret.open():
            answer = self.run_worker(self.script("""\
import ctypes, json, os, stat
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
os.write(3, (json.dumps({
    "memory": ctypes.string_at(libc.malloc(5000), 5000).hex(),
    "environment": sorted(os.environ), "ids": [os.getresuid(), os.getresgid(), os.getgroups()],
    "files": [n for n in range(64) if os.path.exists(f"/dev/fd/{n}")],
    "folder": os.listdir("."), "session": os.getsid(0) == os.getpid(),
    "privileges": [l for l in open("/proc/self/status") if l.startswith("NoNewPrivs")]}) + "\\n").encode())
"""), [{}], user=USER)
        seen = answer.responses[0]
        self.assertEqual(seen["environment"],
                         ["ASAN_OPTIONS", "GLIBC_TUNABLES", "HOME", "LC_ALL", "OMP_NUM_THREADS",
                          "OPENBLAS_NUM_THREADS", "PATH", "TMPDIR"])
        self.assertEqual(seen["memory"], "fe" * 5000)  # what judge.py knows as never written
        self.assertEqual(seen["ids"], [[USER] * 3, [USER] * 3, []])
        self.assertEqual(seen["files"], [0, 1, 2, 3])
        self.assertEqual(seen["folder"], [])
        self.assertTrue(seen["session"])
        self.assertEqual(seen["privileges"], ["NoNewPrivs:\t1\n"])


class Endings(WorkerTest):
    def assert_ends(self, worker, ending, responses=0, **more):
        answer = self.run_worker(worker, **more)
        self.assertRegex(answer.ending or "no ending", ending)
        self.assertEqual(len(answer.responses), responses)
        return answer

    def test_exits_early(self):
        for code in (0, 3):
            with self.subTest(code):
                self.assert_ends(self.script(f"import os\nos.write(3, b'{{}}\\n')\nos._exit({code})"),
                                 f"^ended the process with exit code {code} before it answered$", 1)

    def test_signals(self):
        self.assert_ends(self.program("int main() { return *(volatile int*)8; }"),
                         "^was ended by SIGSEGV: a wrong index")
        self.assert_ends(self.program("#include <stdlib.h>\nint main() { abort(); }"),
                         "^was ended by SIGABRT")
        self.assert_ends(self.program("int main(int n, char** a) { volatile int zero = n - 1; return 7 / zero; }"),
                         "^was ended by SIGFPE: an integer divided by 0")

    def test_a_signal_without_a_name(self):
        self.assert_ends(self.script("import os\nos.kill(os.getpid(), 33)"), "^was ended by signal 33$")

    def test_takes_too_long(self):
        computing = self.assert_ends(self.program("int main() { for (;;); }"), COMPUTED,
                                     limits=ONE_SECOND)
        self.assertFalse(computing.waited)
        waiting = self.assert_ends(self.script("import time\ntime.sleep(60)"), WAITED, limits=SHORT)
        self.assertTrue(waiting.waited)

    def test_cannot_outlive_by_ignoring_signals(self):
        self.assert_ends(self.program("""#include <signal.h>
            int main() { for (int i = 1; i < 64; ++i) signal(i, SIG_IGN); for (;;); }"""),
            COMPUTED, limits=ONE_SECOND)

    def test_prints_too_much(self):
        answer = self.assert_ends(self.script("import os\nwhile True: os.write(1, b'x' * 65536)"),
                                  "^printed more than 1 MB$")
        self.assertLessEqual(len(answer.output), 2**20)
        self.assert_ends(self.script("import os\nwhile True: os.write(2, b'x' * 65536)"),
                         "^printed more than 1 MB$")

    def test_answers_too_much(self):
        self.assert_ends(self.script("import os\nwhile True: os.write(3, b'x' * 65536)"),
                         "^answered with more than 4 MB$")

    def test_answers_with_something_else(self):
        for line in ("[]", "[" * 100000, "nonsense", "9" * 5000, "\\xff", ""):
            with self.subTest(line[:10]):
                self.assert_ends(self.script(f"import os\nos.write(3, b'{{}}\\n{line}\\n{{}}\\n')"),
                                 "^wrote a line to file descriptor 3 that is no answer$", 1)

    def test_closes_the_answers(self):
        self.assert_ends(self.script("import os, time\nos.close(3)\ntime.sleep(60)"),
                         WAITED, limits=SHORT)

    def test_asks_for_too_much_memory(self):
        self.assert_ends(self.program("""#include <stdlib.h>\n#include <stdio.h>\n#include <string.h>
            int main() { for (;;) { void* p = malloc(1 << 20); if (p) memset(p, 1, 1 << 20);
            else { fputs("terminate called after throwing an instance of 'std::bad_alloc'", stderr);
            abort(); } } }"""), "^asked for more memory than 512 MB$")

    def test_writes_a_file(self):
        target = self.folder / "open"
        target.mkdir(mode=0o777)
        target.chmod(0o777)
        self.assert_ends(self.program(f"""#include <fcntl.h>\n#include <unistd.h>
            int main() {{ int f = open("{target}/x", O_CREAT | O_WRONLY, 0666);
            return write(f, "x", 1) == 1 ? 7 : 8; }}"""),
            "^was ended by SIGXFSZ: it tried to write to a file$")
        self.assertEqual((target / "x").read_text(), "")

    def test_the_worker_is_missing(self):
        with self.assertRaises(FileNotFoundError):
            self.run_worker(self.folder / "none")


# Asks for nothing, answers three times and then ends.
ANSWERS = "for (int n = 0; n < 3; ++n) write(3, \"{}\\n\", 3);"


class BusyMachine(WorkerTest):
    """However long a program gets no processor, it meets the same limits with the same words."""

    def computing(self, seconds, before=""):
        """A worker that computes before it answers."""
        return self.program(f"""#define _GNU_SOURCE
            #include <sched.h>\n#include <signal.h>\n#include <time.h>\n#include <unistd.h>
            int main() {{
              {before}
              while (clock() < {seconds} * CLOCKS_PER_SEC) {{}}
              {ANSWERS} }}""")

    def run_stopped(self, worker):
        """The worker stops itself, and goes on when longer has passed than it may compute."""
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            running = pool.submit(self.run_worker, worker, None, ONE_SECOND)
            while not (stopped := self.stopped_children()):
                self.assertFalse(running.done())
                time.sleep(0.01)
            time.sleep(1.5 * ONE_SECOND.cpu_seconds)
            self.assertEqual(self.stopped_children(), stopped)
            os.kill(stopped[0], signal.SIGCONT)
            return running.result()

    def stopped_children(self):
        found = []
        for number in process.process_numbers():
            try:
                state, parent = process.stat_of(number)[:2]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if state == "T" and int(parent) == os.getpid():
                found.append(number)
        return found

    def test_one_that_is_stopped_for_a_while(self):
        answer = self.run_stopped(self.computing(0.3, "raise(SIGSTOP);"))
        self.assertEqual((len(answer.responses), answer.ending), (3, None))
        answer = self.run_stopped(self.computing(3600, "raise(SIGSTOP);"))
        self.assertRegex(answer.ending, COMPUTED)
        self.assertFalse(answer.waited)

    def test_one_that_shares_its_processor_with_others(self):
        processor = min(os.sched_getaffinity(0))
        here = f"cpu_set_t c; CPU_ZERO(&c); CPU_SET({processor}, &c); sched_setaffinity(0, 9, &c);"
        here = here.replace("9", "sizeof c")
        loops = [subprocess.Popen(["sh", "-c", "while :; do :; done"], start_new_session=True)
                 for _ in range(3)]
        try:
            for loop in loops:
                os.sched_setaffinity(loop.pid, {processor})
            started = time.monotonic()
            answer = self.run_worker(self.computing(0.6, here), limits=ONE_SECOND)
            took = time.monotonic() - started
            self.assertEqual((len(answer.responses), answer.ending), (3, None))
            self.assertGreater(took, ONE_SECOND.cpu_seconds)  # so a limit by the clock would fire
            answer = self.run_worker(self.computing(3600, here), limits=ONE_SECOND)
            self.assertRegex(answer.ending, COMPUTED)
        finally:
            for loop in loops:
                loop.kill()
                loop.wait()

    def test_one_that_only_wakes_to_sleep_again(self):
        answer = self.run_worker(self.program(
            "#include <unistd.h>\nint main() { for (;;) usleep(10000); }"), limits=SHORT)
        self.assertRegex(answer.ending, WAITED)
        self.assertTrue(answer.waited)

    def test_children_one_after_the_other(self):
        """Each has a second of its own, as the kernel counts; the sum is what matters."""
        answer = self.run_worker(self.program("""#include <sys/wait.h>\n#include <unistd.h>
            int main() { for (;;) { if (!fork()) for (;;); wait(0); } }"""), limits=ONE_SECOND)
        self.assertRegex(answer.ending, COMPUTED)


class Sums(unittest.TestCase):
    """ComputingTime, on processes made up."""

    def setUp(self):
        self.clock = process.ComputingTime()

    def look(self, *found):
        """(number, parent, own seconds, seconds of ended children)"""
        self.clock.look([process.Process(number, parent, 1, 0, False, 7, own, ended)
                         for number, parent, own, ended in found])
        return self.clock.total()

    def test_all_that_run(self):
        self.assertAlmostEqual(self.look((10, 1, 2.0, 0.5), (11, 10, 1.0, 0)), 3.5)

    def test_a_child_that_was_waited_for_counts_once(self):
        self.look((10, 1, 2.0, 0), (11, 10, 1.0, 0))
        self.assertAlmostEqual(self.look((10, 1, 2.0, 1.2)), 3.2)
        self.look((10, 1, 2.0, 1.2), (12, 10, 1.0, 0), (13, 12, 1.0, 0))
        self.assertAlmostEqual(self.look((10, 1, 2.0, 3.2)), 5.2)

    def test_a_child_that_nobody_waited_for_is_not_forgotten(self):
        self.look((10, 1, 2.0, 0), (11, 10, 1.0, 0))
        self.assertAlmostEqual(self.look((10, 1, 2.0, 0)), 3.0, delta=process.CLOCK_TICK)
        self.look((10, 1, 2.0, 0), (12, 10, 1.0, 0))
        self.assertAlmostEqual(self.look((10, 1, 2.0, 0)), 4.0, delta=3 * process.CLOCK_TICK)

    def test_nobody_is_left(self):
        self.look((10, 1, 2.0, 1.0), (11, 10, 1.0, 0))
        self.assertAlmostEqual(self.look(), 4.0, delta=2 * process.CLOCK_TICK)

    def test_a_number_that_another_process_has_got(self):
        self.look((10, 1, 2.0, 0), (11, 10, 1.0, 0))
        again = process.Process(11, 10, 1, 0, False, 8, 0.5, 0)
        self.clock.look([process.Process(10, 1, 1, 0, False, 7, 2.0, 0), again])
        self.assertAlmostEqual(self.clock.total(), 3.5, delta=process.CLOCK_TICK)

    def test_a_program_that_no_machine_can_start_gets_no_verdict(self):
        with unittest.mock.patch.object(subprocess, "Popen", side_effect=BlockingIOError):
            with self.assertRaises(process.MachineError):
                process.run(pathlib.Path("/bin/true"), [{}])


@needs_root
class AnotherUser(WorkerTest):
    """Bombs, and programs that kill whom they can. Should the other user ever be forgotten, they
    must not run as root: they end at once, with an exit code that no test expects."""

    def script(self, text):
        return super().script("import os\nif os.getuid() == 0:\n    os._exit(99)\n" + text)

    def program(self, text):
        return super().program("""#include <unistd.h>
            __attribute__((constructor)) static void not_as_root() { if (!getuid()) _exit(99); }
            """ + text)

    def assert_ends(self, worker, ending, **more):
        answer = self.run_worker(worker, user=USER, **more)
        self.assertRegex(answer.ending or "no ending", ending)
        self.assert_gone()

    def test_its_folder_is_not_its_own(self):
        answer = self.run_worker(self.script("open('results.json', 'w')"), user=USER)
        self.assertIn("PermissionError", answer.output)

    def test_root_is_refused(self):
        with self.assertRaises(ValueError):
            process.run(self.script(ECHO), [{}], LIMITS, user=0)

    def test_fork_bomb(self):
        bomb = self.program("#include <unistd.h>\nint main() { for (;;) fork(); }")
        before = children_computed()
        self.assert_ends(bomb,
                         "^started more processes or threads than the 4 allowed$",
                         limits=process.Limits())
        self.assertLess(children_computed() - before, 5)

    def test_threads(self):
        self.assert_ends(self.script("""\
import threading, time
for n in range(100):
    threading.Thread(target=time.sleep, args=(60,)).start()
"""), "^started more processes or threads than the 4 allowed$")

    def test_as_many_processes_as_allowed(self):
        answer = self.run_worker(self.script(
            "import os, time\nfor n in range(3):\n    if not os.fork():\n        time.sleep(60)\n"
            "time.sleep(0.8)\n" + ECHO), user=USER)
        self.assertEqual((answer.responses, answer.ending), (REQUESTS, None))
        self.assert_gone()

    def test_daemon(self):
        started = time.monotonic()
        self.assert_ends(self.program("""#include <unistd.h>
            int main() { if (fork()) _exit(0); setsid(); if (fork()) _exit(0); sleep(3600); }"""),
            "^ended the process with exit code 0 before it answered$")
        self.assertLess(time.monotonic() - started, LIMITS.backstop)  # nobody waited for the sleep

    def test_one_that_is_never_the_same_process(self):
        self.assert_ends(self.program("""#include <unistd.h>\n#include <signal.h>
            int main() { if (fork()) _exit(0); setsid(); signal(SIGCHLD, SIG_IGN);
            for (;;) if (fork() > 0) _exit(0); }"""),
            "^(ended the process with exit code 0|started more)")

    def test_one_that_kills_all_it_can(self):
        self.assert_ends(self.program("""#include <unistd.h>\n#include <signal.h>
            int main() { if (fork()) _exit(0); setsid(); for (;;) { fork(); kill(-1, SIGKILL); } }"""),
            "^(ended the process with exit code 0|started more)")

    def test_computing_in_children_that_nobody_waits_for(self):
        """One after the other: the end of a pipe tells that the one before has ended."""
        self.assert_ends(self.program("""#include <signal.h>\n#include <time.h>
            int main() { signal(SIGCHLD, SIG_IGN); for (;;) {
              int ends[2]; pipe(ends);
              if (!fork()) { while (clock() < CLOCKS_PER_SEC / 5) {} _exit(0); }
              close(ends[1]); char byte; read(ends[0], &byte, 1); close(ends[0]); } }"""),
            COMPUTED, limits=ONE_SECOND)

    def test_computing_in_children_that_outlive_their_parents(self):
        self.assert_ends(self.program("""#include <sys/wait.h>\n#include <time.h>
            int main() { for (;;) {
              int ends[2]; pipe(ends);
              if (!fork()) { setsid(); if (!fork()) while (clock() < CLOCKS_PER_SEC / 2) {}
                _exit(0); }
              wait(0); close(ends[1]); char byte; read(ends[0], &byte, 1); close(ends[0]); } }"""),
            COMPUTED, limits=ONE_SECOND)

    def test_computing_in_threads(self):
        self.assert_ends(self.script("""\
import threading
def loop():
    while True:
        pass
for n in range(3):
    threading.Thread(target=loop).start()
"""), COMPUTED, limits=ONE_SECOND)

    def test_memory_of_many_processes(self):
        self.assert_ends(self.program("""#include <unistd.h>\n#include <stdlib.h>\n#include <string.h>
            int main() { fork(); fork(); size_t n = 300 << 20; memset(malloc(n), 1, n); sleep(60); }"""),
            "^asked for more memory than 512 MB$")

    def test_what_lies_around_is_removed_before_and_after(self):
        """However deep: 3,000 folders in each other once were a RecursionError, and the next
        student's 0. A link is removed, and what it shows stays."""
        for folder in process.OPEN_TO_ALL:
            if os.path.isdir(folder) and folder != "/dev/mqueue":  # where no folder can be made
                left = pathlib.Path(folder, "thinnet-process-test")
                with self.subTest(folder):
                    nest(left, 3000 if folder == "/tmp" else 2)
                    answer = self.run_worker(self.script(ECHO), user=USER)
                    self.assertEqual((answer.responses, answer.ending), (REQUESTS, None))
                    self.assertFalse(os.path.lexists(left))
        link = pathlib.Path("/tmp/thinnet-process-test")
        link.symlink_to(self.folder)
        os.chown(link, USER, USER, follow_symlinks=False)
        process.clean_after(USER)
        self.assertFalse(os.path.lexists(link))
        self.assertTrue(self.folder.is_dir())

    def test_what_cannot_be_removed_is_no_verdict(self):
        left = pathlib.Path(tempfile.mkdtemp(prefix="thinnet-process-test-"))
        self.addCleanup(left.rmdir)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"uid={USER}", "none", left],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"nothing here that cannot be removed: {mounted.stderr}")
        self.addCleanup(subprocess.run, ["umount", left], check=True)
        with self.assertRaisesRegex(process.MachineError, "cannot be removed"):
            self.run_worker(self.script(ECHO), user=USER)

    def test_two_runs_after_each_other(self):
        """Nothing of the first, not even a buried process, counts against the second."""
        bomb = self.program("#include <unistd.h>\nint main() { for (;;) if (!fork()) _exit(0); }")
        self.run_worker(bomb, user=USER)
        for _ in range(5):
            self.test_as_many_processes_as_allowed()

    def test_reads_nothing_of_the_parent(self):
        """With the parent's number it can neither trace it nor read its memory or files."""
        answer = self.run_worker(self.script("""\
import ctypes, json, os
libc, parent = ctypes.CDLL(None, use_errno=True), os.getppid()
def refused(path):
    try:
        open(path, "rb").read(1)
    except PermissionError:
        return True
remote = (ctypes.c_ulong * 2)(0x400000, 8)
local = (ctypes.c_ulong * 2)(ctypes.addressof(ctypes.create_string_buffer(8)), 8)
os.write(3, (json.dumps({
    "ptrace": libc.ptrace(16, parent, 0, 0),
    "vm": libc.process_vm_readv(parent, local, 1, remote, 1, 0),
    "files": [refused(f"/proc/{parent}/{n}") for n in ("mem", "environ", "maps", "fd/0")]
}) + "\\n").encode())
"""), [{}], user=USER)
        self.assertEqual(answer.responses,
                         [{"ptrace": -1, "vm": -1, "files": [True] * 4}], answer.output)


if __name__ == "__main__":
    unittest.main()
