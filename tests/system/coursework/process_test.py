#!/usr/bin/python3
"""Does a program that nobody vouches for stay within its limits, and is it told from an honest one?

The workers are small scripts in Python and C. What needs another user is skipped unless root runs it.
"""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(SOURCE / "coursework/grading"))
import process  # noqa: E402

USER = 61011  # nobody's number: its processes are all ours
LIMITS = process.Limits()
SHORT = process.Limits(seconds=2)
REQUESTS = [{"number": n} for n in range(3)]
ECHO = """\
import json, os, sys
for line in sys.stdin:
    os.write(3, (line.strip() + "\\n").encode())
"""
needs_root = unittest.skipUnless(os.geteuid() == 0, "only root can run a program as another user")


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
        for after in ("import time; time.sleep(60)", "os.abort()", "print('x' * 3000000)"):
            with self.subTest(after):
                answer = self.run_worker(self.script(ECHO + after))
                self.assertEqual((answer.responses, answer.ending), (REQUESTS, None))
        self.assertLess(time.monotonic() - started, 6)

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
import json, os, stat
os.write(3, (json.dumps({
    "environment": sorted(os.environ), "ids": [os.getresuid(), os.getresgid(), os.getgroups()],
    "files": [n for n in range(64) if os.path.exists(f"/dev/fd/{n}")],
    "folder": os.listdir("."), "session": os.getsid(0) == os.getpid(),
    "privileges": [l for l in open("/proc/self/status") if l.startswith("NoNewPrivs")]}) + "\\n").encode())
"""), [{}], user=USER)
        seen = answer.responses[0]
        self.assertEqual(seen["environment"],
                         ["HOME", "LC_ALL", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PATH", "TMPDIR"])
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
        self.assert_ends(self.program("int main() { for (;;); }"), "^took longer than 1 s$",
                         limits=process.Limits(cpu_seconds=1, seconds=60))
        self.assert_ends(self.script("import time\ntime.sleep(60)"), "^took longer than 2 s$",
                         limits=SHORT)

    def test_cannot_outlive_by_ignoring_signals(self):
        self.assert_ends(self.program("""#include <signal.h>
            int main() { for (int i = 1; i < 64; ++i) signal(i, SIG_IGN); for (;;); }"""),
            "^was ended by SIGKILL: too much memory or time",
            limits=process.Limits(cpu_seconds=1, seconds=60))

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
                         "^took longer than 2 s$", limits=SHORT)

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
        started = time.monotonic()
        self.assert_ends(self.program("#include <unistd.h>\nint main() { for (;;) fork(); }"),
                         "^started more processes or threads than the 4 allowed$",
                         limits=process.Limits())
        self.assertLess(time.monotonic() - started, 5)

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
            int main() { if (fork()) _exit(0); setsid(); if (fork()) _exit(0); sleep(60); }"""),
            "^ended the process with exit code 0 before it answered$")
        self.assertLess(time.monotonic() - started, 3)

    def test_one_that_is_never_the_same_process(self):
        self.assert_ends(self.program("""#include <unistd.h>\n#include <signal.h>
            int main() { if (fork()) _exit(0); setsid(); signal(SIGCHLD, SIG_IGN);
            for (;;) if (fork() > 0) _exit(0); }"""),
            "^(ended the process with exit code 0|started more)")

    def test_one_that_kills_all_it_can(self):
        self.assert_ends(self.program("""#include <unistd.h>\n#include <signal.h>
            int main() { if (fork()) _exit(0); setsid(); for (;;) { fork(); kill(-1, SIGKILL); } }"""),
            "^(ended the process with exit code 0|started more)")

    def test_memory_of_many_processes(self):
        self.assert_ends(self.program("""#include <unistd.h>\n#include <stdlib.h>\n#include <string.h>
            int main() { fork(); fork(); size_t n = 300 << 20; memset(malloc(n), 1, n); sleep(60); }"""),
            "^asked for more memory than 512 MB$")

    def test_shared_memory_and_files_that_stay(self):
        self.assert_ends(self.program("""#include <sys/ipc.h>\n#include <sys/shm.h>
            #include <sys/msg.h>\n#include <string.h>\n#include <unistd.h>\n#include <fcntl.h>
            int main() {
              msgget(IPC_PRIVATE, 0600);
              symlink("/etc", "/tmp/thinnet-process-test");
              mkdir("/dev/shm/thinnet-process-test", 0777);
              close(open("/dev/shm/thinnet-process-test/x", O_CREAT, 0666));
              for (int n = 0; n < 8; ++n) {
                void* p = shmat(shmget(IPC_PRIVATE, 100 << 20, 0600), 0, 0);
                memset(p, 1, 100 << 20);
                shmdt(p);
              }
              for (;;) pause(); }"""),
            "^asked for more memory than 512 MB$")
        self.assertEqual(process.segments_of(USER), [])
        for folder in process.OPEN_TO_ALL:
            self.assertFalse(os.path.lexists(f"{folder}/thinnet-process-test"))
        self.assertTrue(os.path.isdir("/etc"))

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
