#!/usr/bin/python3
"""The autograder from its zip to results.json, on honest submissions and on attacks.

The zip is unpacked and set up once, in a scratch folder; two copies of it, each with a user of its
own, then grade the submissions side by side. An attack stands in layers/relu.cpp, in the place of
the solution: its items must end with 0 points and a line that says why, and optim/sgd.cpp beside it
must get its points. That file is compiled once (autograder_known.py), the attacks each time.
Needs root and skips without.
"""
import concurrent.futures
import csv
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import pwd
import queue
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import unittest
import zipfile

SOURCE = pathlib.Path(__file__).resolve().parents[3]
COURSEWORK = SOURCE / "coursework"
sys.dont_write_bytecode = True
sys.path[:0] = [str(COURSEWORK / "grading"), str(COURSEWORK / "autograder")]
import cases  # noqa: E402
import compiler  # noqa: E402
import guide  # noqa: E402
import process  # noqa: E402
import submission  # noqa: E402

ITEMS = json.loads((COURSEWORK / "assignment.json").read_text())["items"]
FILES = list(dict.fromkeys(item["file"] for item in ITEMS))
ATTACKED, HONEST = "layers/relu.cpp", "optim/sgd.cpp"
KNOWN = pathlib.Path(__file__).with_name("autograder_known.py")
USERS = [61021, 61022]  # nobody's numbers: their processes are all ours


def solution(name):
    folder = COURSEWORK if name.startswith("exercises/") else SOURCE
    return (folder / name).read_text()


def make_student():
    """coursework/make_student as a module."""
    loader = importlib.machinery.SourceFileLoader("make_student", str(COURSEWORK / "make_student"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_student", loader))
    loader.exec_module(module)
    return module


def stub(name):
    return make_student().without_solutions(solution(name), name)


def attack(before="", inside="", declared=""):
    """layers/relu.cpp as handed out, with code before its first line, with declarations, and with
    code where Relu::forward's solution belongs."""
    text = stub(ATTACKED)
    text = text.replace("namespace thinnet {", declared + "\nnamespace thinnet {", 1)
    text = text.replace("  throw std::logic_error", inside + "\n  throw std::logic_error", 1)
    return before + "\n" + text


SYSTEM = """
#include <fcntl.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
// Should the other user ever be forgotten: a bomb must not go off as root.
struct NotAsRoot {
  NotAsRoot() { if (getuid() == 0) _exit(99); }
};
static NotAsRoot not_as_root;
"""
NOT_WRITTEN = "not written yet: "
# Of autograder_known.py: half of what the autograder allows.
COMPUTED = r"^layers/relu.cpp: your code used more than the 5 s of computing time that are allowed " \
           r"\(a loop without end\?\): this does not depend on how busy the machine is$"
OPENED_NOTHING = "^.*the code threw: opened nothing"

# Tries to open every path and, where it may be written, to leave full marks there.
OPEN_ALL = SYSTEM + """
static std::string opened = "";
static void try_to_open(const std::string& path, int flags) {
  const int file = open(path.c_str(), flags, 0666);
  if (file < 0) return;
  opened += path + " ";
  const char text[] = "{\\"tests\\": [{\\"score\\": 100, \\"max_score\\": 100}]}";
  if (flags != O_RDONLY) static_cast<void>(!write(file, text, sizeof text - 1));
}
[[noreturn]] static void tell() {
  throw std::runtime_error("opened " + (opened.empty() ? "nothing" : opened));
}
"""
RESULTS = """
  signal(SIGXFSZ, SIG_IGN);
  for (const char* path : {"results.json", "@ROOT@/results/results.json",
       "@ROOT@/results/results.json.partial", "/autograder/results/results.json"})
    try_to_open(path, O_WRONLY | O_CREAT);
  for (int n = 0; n < 64; ++n) {
    try_to_open("/proc/" + std::to_string(getppid()) + "/fd/" + std::to_string(n), O_RDWR);
    try_to_open("/proc/1/fd/" + std::to_string(n), O_RDWR);
  }
  tell();
"""
FORGED = '{\\"results\\": [{\\"out\\": {\\"rows\\": 1, \\"columns\\": 1, \\"values\\": [1]}}], ' \
         '\\"passed\\": true, \\"score\\": 100}\\n'

# name: (text of layers/relu.cpp, what both of its items' outputs must match).
ATTACKS = {
    "prints passing lines": (attack(SYSTEM, """
  std::puts("[  PASSED  ] 23 tests.");
  std::cout << "2.1 ReLU, forward 2/2" << std::endl;
  std::cerr << "{\\"score\\": 100, \\"max_score\\": 100}" << std::endl;"""), NOT_WRITTEN),
    "writes results.json": (attack(OPEN_ALL, RESULTS), OPENED_NOTHING),
    "calls _exit(0)": (attack(SYSTEM, "_exit(0);"), "exit code 0 before it answered"),
    "calls exit(0)": (attack(SYSTEM, "std::exit(0);"), "exit code 0 before it answered"),
    "calls quick_exit(0)": (attack(SYSTEM, "std::quick_exit(0);"), "exit code 0 before it answered"),
    "calls abort": (attack(SYSTEM, "std::abort();"), "was ended by SIGABRT"),
    "answers by itself": (attack(SYSTEM, f"""
  for (int n = 0; n < 100; ++n) static_cast<void>(!write(3, "{FORGED}", sizeof "{FORGED}" - 1));
  _exit(0);"""), r"^Equation \(5\), case .*: "),
    "answers before main": (attack(SYSTEM + f"""
struct Early {{ Early() {{
  for (int n = 0; n < 100; ++n) static_cast<void>(!write(3, "{FORGED}", sizeof "{FORGED}" - 1));
  _exit(0);
}} }};
static Early early;"""), r"^Equation \(5\), case .*: "),
    "writes no JSON": (attack(SYSTEM, """
  std::string text(200000, '[');
  text += '\\n';
  static_cast<void>(!write(3, text.data(), text.size()));
  _exit(0);"""), "wrote a line to file descriptor 3 that is no answer"),
    "answers with what UTF-8 has no bytes for": (attack(SYSTEM, """
  const char line[] = "{\\"results\\": [{\\"error\\": \\"\\\\ud800\\"}]}\\n";
  for (int n = 0; n < 100; ++n) static_cast<void>(!write(3, line, sizeof line - 1));
  _exit(0);"""), r"^Equation \(5\), case .*the code threw: "),
    "loops for ever": (attack("", "for (volatile bool on = true; on;) {}"), COMPUTED),
    "loops for ever in child after child": (attack(SYSTEM, """
  for (;;) {
    if (fork() == 0) for (volatile bool on = true; on;) {}
    wait(nullptr);
  }"""), COMPUTED),
    "loops for ever and ignores the signals": (attack(SYSTEM, """
  for (int n = 1; n < 64; ++n) signal(n, SIG_IGN);
  for (volatile bool on = true; on;) {}"""), COMPUTED),
    "fork bomb": (attack(SYSTEM, "for (;;) fork();"), "more processes or threads than the 4 allowed"),
    "fork bomb of a daemon": (attack(SYSTEM, """
  if (fork() == 0) { setsid(); if (fork() != 0) _exit(0); for (;;) fork(); }
  usleep(500000);"""), "more processes or threads than the 4 allowed"),
    "daemon that writes results.json": (attack(OPEN_ALL, """
  if (fork() != 0) _exit(0);
  setsid();
  if (fork() != 0) _exit(0);
  for (;;) { try_to_open("@ROOT@/results/results.json", O_WRONLY | O_CREAT); opened.clear(); }"""),
        "exit code 0 before it answered"),
    "daemon that is never the same process": (attack(SYSTEM, """
  if (fork() != 0) _exit(0);
  setsid();
  signal(SIGCHLD, SIG_IGN);
  for (;;) if (fork() > 0) _exit(0);"""), "exit code 0 before it answered|more processes"),
    "kills whom it can": (attack(SYSTEM, """
  kill(getppid(), SIGKILL);
  kill(-getppid(), SIGKILL);
  kill(-1, SIGKILL);"""), NOT_WRITTEN),
    "threads": (attack(SYSTEM, """
  std::vector<std::unique_ptr<std::thread>> threads;
  try {
    for (;;) threads.push_back(std::make_unique<std::thread>(
        [] { std::this_thread::sleep_for(std::chrono::seconds(60)); }));
  } catch (const std::exception&) {
    sleep(60);
  }"""),
        "more processes or threads than the 4 allowed"),
    "10 GB to stdout": (attack(SYSTEM, """
  const std::string megabyte(1 << 20, 'x');
  for (int n = 0; n < 10240; ++n) std::cout << megabyte;"""), "printed more than 1 MB"),
    "10 GB to stderr": (attack(SYSTEM, """
  const std::string megabyte(1 << 20, 'x');
  for (int n = 0; n < 10240; ++n) std::cerr << megabyte;"""), "printed more than 1 MB"),
    "10 GB of answers": (attack(SYSTEM, """
  const std::string megabyte(1 << 20, 'x');
  for (int n = 0; n < 10240; ++n) static_cast<void>(!write(3, megabyte.data(), megabyte.size()));"""),
        "answered with more than 4 MB"),
    "all memory, by new": (attack(SYSTEM, """
  std::vector<std::vector<char>> all;
  for (;;) all.emplace_back(1 << 20, 'x');"""), "your code asked for more memory than 512 MB$"),
    "all memory, in three processes": (attack(SYSTEM, """
  fork();
  fork();
  std::vector<char> all(200 << 20, 'x');
  for (volatile bool on = true; on;) usleep(100000);
  write(1, all.data(), all.size());"""), "asked for more memory than 512 MB"),
    "recursion without end": (attack("", "return forward(x, test());"),
                              "SIGSEGV: a wrong index, .*or a recursion without end"),
    "a file of 10 GB that has no name": (attack("#include <sys/mman.h>\n" + SYSTEM, """
  const int file = memfd_create("", 0);
  const std::string megabyte(1 << 20, 'x');
  for (int n = 0; n < 10240; ++n) static_cast<void>(!write(file, megabyte.data(), megabyte.size()));"""),
        "was ended by SIGXFSZ: it tried to write to a file"),
    "exits before main": (attack(SYSTEM + "struct Early { Early() { _exit(0); } };\nstatic Early early;"),
                          "exit code 0 before it answered"),
    "writes before main": (attack(OPEN_ALL + f"""
struct Early {{ Early() {{
  try {{ {RESULTS} }} catch (const std::exception& e) {{ opened = e.what(); }}
}} }};
static Early early;""", "throw std::runtime_error(opened);"), OPENED_NOTHING),
    "redefines GoogleTest and assert": (attack("""
#define EXPECT_EQ(a, b)
#define EXPECT_TRUE(a)
#define ASSERT_TRUE(a)
#define TEST(a, b) void a##b()
#define assert(a)
#define main student_main""", declared="#define private public"), NOT_WRITTEN),
    "has a main": (attack("", declared="int main() { return 0; }"),
                   r"layers/relu.cpp cannot be linked: it defines what exists already: main$"),
    "has a _start": (attack("", declared='extern "C" void _start() {}'),
                     r"layers/relu.cpp cannot be linked: it defines what exists already: _start$"),
    "has the worker's own functions": (attack(
        "#include <nlohmann/json.hpp>", declared="""
namespace coursework {
int serve(const std::function<nlohmann::json(const nlohmann::json&)>&) { return 0; }
}"""), r"layers/relu.cpp cannot be linked: it defines what exists already: coursework::serve\("),
    "replaces write": (attack(SYSTEM, declared=f"""
extern "C" ssize_t write(int, const void*, std::size_t size) {{
  for (int n = 0; n < 9; ++n) std::fputs("{FORGED}", fdopen(3, "w"));
  std::fflush(nullptr);
  return static_cast<ssize_t>(size);
}}"""), r"^Equation \(5\), case |before it answered|no answer"),
    "reads what is hidden": (attack(OPEN_ALL, """
  for (const char* path : {@HIDDEN@}) try_to_open(path, O_RDONLY);
  tell();"""), OPENED_NOTHING),
    "reads other processes": (attack(OPEN_ALL, """
  for (const std::string process : {std::string("1"), std::to_string(getppid())}) {
    for (const char* name : {"mem", "environ", "maps", "cwd/.", "root/.", "exe", "auxv", "stack",
                             "fd/.", "task/1/mem", "syscall", "io"})
      try_to_open("/proc/" + process + "/" + name, O_RDONLY);
    for (const char* name : {"mem", "oom_score_adj", "comm", "clear_refs"})
      try_to_open("/proc/" + process + "/" + name, O_WRONLY);
  }
  for (const char* path : {"/proc/self/exe", "/proc/kcore", "/proc/kpagecount"})
    try_to_open(path, O_RDONLY);
  for (const char* path : {"/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern"})
    try_to_open(path, O_WRONLY);
  char bytes[8];
  iovec local{bytes, 8}, remote{reinterpret_cast<void*>(0x400000), 8};
  if (process_vm_readv(getppid(), &local, 1, &remote, 1, 0) >= 0) opened += "its memory ";
  if (ptrace(PTRACE_ATTACH, getppid(), nullptr, nullptr) == 0) opened += "its strings ";
  tell();"""), OPENED_NOTHING),
    "becomes root": (attack(OPEN_ALL, """
  if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0) opened += "root ";
  if (chown("/proc/self/cwd", getuid(), getgid()) == 0) opened += "its folder ";
  tell();"""), OPENED_NOTHING),
    "includes the solution": (attack('#include "@ROOT@/source/thinnet/layers/relu.cpp"'),
                              "^layers/relu.cpp does not compile:\n.*error: .*No such file|Permission denied"),
    "includes the salt": (attack('#include "@ROOT@/source/salt"'), "does not compile:\n"),
    "includes the cases": (attack('#include "../../../../source/thinnet/coursework/grading/cases.py"'),
                           "does not compile:\n"),
    "includes a file beside it": (attack('#include "@ROOT@/submission/table.txt"'),
                                  "^layers/relu.cpp does not compile:\n.*error: .*Permission denied"),
    "has a file beside it assembled in": (attack(
        '__asm__(".incbin \\"@ROOT@/submission/table.txt\\"");'), "does not compile"),
    "has the solution's object assembled in": (attack(
        '__asm__(".incbin \\"@ROOT@/thinnet/objects/layers/relu.o\\"");'), "does not compile"),
    "has the salt assembled in": (attack(
        '__asm__(".data\\nsalt: .incbin \\"@ROOT@/source/salt\\"\\n.text\\n");'), "does not compile"),
    "asks what exists": (attack("\n".join(
        f'#if __has_include("{path}")\n#error it exists\n#endif' for path in (
            "layers/relu.cpp.o", "../given/1.o", "grading/worker/layers.hpp",
            "/autograder/source/salt"))), NOT_WRITTEN),
    "asks whether the salt exists": (attack('#if __has_include("@ROOT@/source/salt")\n#endif'),
                                     "does not compile:\n.*Permission denied"),
    "asks whether what does not exist exists": (attack('#if __has_include("@ROOT@/source/none")\n#endif'),
                                                "does not compile:\n.*Permission denied"),
    "reads a device while compiling": (attack('#include "/dev/zero"'), "compil"),
    "templates without end": (attack("""
template <int N, int... M> struct Tree { static constexpr int value =
    Tree<N - 1, M..., 0>::value + Tree<N - 1, M..., 1>::value; };
template <int... M> struct Tree<0, M...> { static constexpr int value = 1; };
static_assert(Tree<40>::value > 0, "");"""), "^compiling layers/relu.cpp (used more than|asked for more)"),
    "templates too deep": (attack("""
template <int N, int... M> struct Tree { static constexpr int value =
    Tree<N - 1, M..., 0>::value + Tree<N - 1, M..., 1>::value; };
template <int... M> struct Tree<0, M...> { static constexpr int value = 1; };
static_assert(Tree<800>::value > 0, "");"""),
        "^compiling layers/relu.cpp (ended the compiler|used more|asked for more)|does not compile"),
    "errors without end": (attack("#define A(x) x; x; x; x; x; x; x; x; x; x;\n" + "A(A(A(A(A(A(a))))))"),
                           "does not compile|compiling"),
    "100 MB": (attack() + "/" * (100 * 2**20), "^layers/relu.cpp was not read: it is larger than 1 MB$"),
}


# name: an expression that is true where a program gets what must be refused to a student's, for it
# would outlive the program, reach another or open the kernel. None of them leaves anything.
REFUSED = {
    "shm": "removed_segment(shmget(IPC_PRIVATE, 4096, 0600))",
    "msg": "removed(msgget(IPC_PRIVATE, 0600), [](int id) { msgctl(id, IPC_RMID, nullptr); })",
    "sem": "removed(semget(IPC_PRIVATE, 1, 0600), [](int id) { semctl(id, 0, IPC_RMID); })",
    "shm_open": "removed(shm_open(\"/probe\", O_RDWR | O_CREAT, 0600), "
                "[](int) { shm_unlink(\"/probe\"); })",
    "mq_open": "removed(mq_open(\"/probe\", O_RDWR | O_CREAT, 0600, nullptr), "
               "[](int) { mq_unlink(\"/probe\"); })",
    "keyring": "removed(syscall(SYS_add_key, \"user\", \"probe\", \"x\", 1, -4), "
               "[](int key) { syscall(SYS_keyctl, 21, key); })",
    "loopback": "connects(loopback(@PORT@))",
    "abstract": "connects(local(std::string(1, 0) + \"@NAME@\"))",
    "local": "connects(local(\"@FOLDER@/socket\"))",
    "netlink": "socket(AF_NETLINK, SOCK_RAW, 0) >= 0",
    "vsock": "socket(AF_VSOCK, SOCK_STREAM, 0) >= 0",
    "mount": "in_child([] { return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && "
             "mount(\"none\", \"/tmp\", \"tmpfs\", 0, nullptr) == 0; })",
    "clone": "cloned(CLONE_NEWUSER)",
    "ptrace": "traces_a_child()",
    "memory": "reads_memory_of(getpid())",
    "io_uring": "sets_up_io_uring()",
    "folder": "removed(mkdir(\"/tmp/probe\", 0700), [](int) { rmdir(\"/tmp/probe\"); })",
    "link": "removed(symlink(\"x\", \"/tmp/probe\"), [](int) { unlink(\"/tmp/probe\"); })",
    "file": "removed(open(\"/tmp/probe\", O_WRONLY | O_CREAT, 0600), "
            "[](int) { unlink(\"/tmp/probe\"); })",
    "unnamed": "open(\"/tmp\", O_RDWR | O_TMPFILE, 0600) >= 0",
    "fifo": "removed(mkfifo(\"/dev/shm/probe\", 0600), [](int) { unlink(\"/dev/shm/probe\"); })",
}
PROBES = SYSTEM + """
#include <linux/io_uring.h>
#include <linux/vm_sockets.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
static bool removed(long id, void (*remove)(int)) {
  if (id >= 0) remove(static_cast<int>(id));
  return id >= 0;
}
static bool removed_segment(int id) {
  return removed(id, [](int segment) { shmctl(segment, IPC_RMID, nullptr); });
}
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};
static Address loopback(int port) {
  Address address;
  auto& in = reinterpret_cast<sockaddr_in&>(address.storage);
  in.sin_family = AF_INET;
  in.sin_port = htons(static_cast<std::uint16_t>(port));
  in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.size = sizeof in;
  return address;
}
static Address local(const std::string& name) {
  Address address;
  auto& un = reinterpret_cast<sockaddr_un&>(address.storage);
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, name.data(), name.size());
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  return address;
}
static bool connects(const Address& to) {
  const int end = socket(to.storage.ss_family, SOCK_STREAM, 0);
  return end >= 0 && connect(end, reinterpret_cast<const sockaddr*>(&to.storage), to.size) == 0;
}
static bool ended_well(pid_t child) {
  int status = 1;
  waitpid(child, &status, 0);
  return status == 0;
}
static bool in_child(bool (*call)()) {
  const pid_t child = fork();
  if (child == 0) _exit(call() ? 0 : 1);
  return child > 0 && ended_well(child);
}
static bool cloned(unsigned long flags) {
  const long child = syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) _exit(0);
  return child > 0 && ended_well(static_cast<pid_t>(child));
}
static bool traces_a_child() {
  const pid_t child = fork();
  if (child == 0) for (;;) pause();
  const bool traces = ptrace(PTRACE_ATTACH, child, nullptr, nullptr) == 0;
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return traces;
}
static bool reads_memory_of(pid_t process) {
  char bytes[8], there[8] = "";
  iovec to{bytes, 8}, from{there, 8};
  return process_vm_readv(process, &to, 1, &from, 1, 0) == 8;
}
static bool sets_up_io_uring() {
  io_uring_params parameters{};
  return syscall(SYS_io_uring_setup, 1, &parameters) >= 0;
}
static std::string all_that_is_got() {
  std::string got = "got:";
@ALL@
  return got;
}
"""
PROBES = PROBES.replace("@ALL@", "\n".join(
    f'  if ({expression}) got += " {name}";' for name, expression in REFUSED.items()))


class Lane:
    """A copy of /autograder with a user of its own: one submission at a time."""

    def __init__(self, root, user):
        self.root, self.user = root, user

    def grade(self, files, arrange=lambda folder: None, options=(), known=()):
        """files: {path: text}; `arrange` may do more to the folder. The results, and their bytes.
        Programs of the workers in `known` are made once for all submissions."""
        folder = self.root / "submission"
        process.remove([folder])
        folder.mkdir()
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.placed(text))
        arrange(folder)
        command = [self.root / "run_autograder"]
        if known:
            command = [KNOWN, self.root, ",".join(known)]
        done = subprocess.run([*command, "--user", str(self.user), *options],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        left = [p for p in process.processes_of(self.user) if not p.zombie]
        if done.returncode != 0 or left:
            raise AssertionError(f"exit code {done.returncode}, left: {left}\n{done.stdout}")
        written = (self.root / "results/results.json").read_bytes()
        return json.loads(written), written

    def grade_all(self, students):
        """students: {name: files}; graded by the guide's commands. What grade_all printed at the last of them, the
        rows of grades.csv, and the bytes of each results.json."""
        place = self.root / "class"
        for student, files in students.items():
            for name, text in files.items():
                path = place / "submissions" / student / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        (place / "coursework").symlink_to(COURSEWORK)
        printed = guide.follow("coursework/grade_all", place, place, f"--root {self.root} --user {self.user}")
        results = place / "results"
        with open(results / "grades.csv", newline="") as file:
            rows = list(csv.reader(file))
        return printed[-1], rows, {name: (results / name / "results.json").read_bytes() for name in students}

    def placed(self, text):
        """With the paths of this lane."""
        if "@HIDDEN@" in text:
            closed = ("source", "submission", "results", "thinnet/objects", "known")
            hidden = [self.root / name for name in closed]
            hidden += [path for folder in hidden for path in folder.rglob("*")]
            text = text.replace("@HIDDEN@", ", ".join(f'"{path}"' for path in sorted(hidden)))
        return text.replace("@ROOT@", str(self.root))


class Lanes:
    """Sets everything up once, and hands submissions to whichever lane is free."""

    def __init__(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="autograder-test-"))
        self.scratch.chmod(0o755)
        self.had_user = self.exists("thinnet-student")
        self.archive = self.pack("autograder.zip")
        first = self.scratch / "lane0"
        with zipfile.ZipFile(self.archive) as archive:
            for entry in archive.infolist():
                archive.extract(entry, first / "source")
                os.chmod(first / "source" / entry.filename, entry.external_attr >> 16 & 0o777)
        shutil.copy(first / "source/run_autograder", first)
        subprocess.run(["bash", first / "source/setup.sh", first], check=True,
                       stdout=subprocess.DEVNULL)
        second = self.scratch / "lane1"
        subprocess.run(["cp", "-a", "--reflink=auto", first, second], check=True)
        self.free = queue.Queue()
        for root, user in zip((first, second), USERS):
            self.free.put(Lane(root, user))
        self.pool = concurrent.futures.ThreadPoolExecutor(len(USERS))

    @staticmethod
    def exists(user):
        try:
            pwd.getpwnam(user)
        except KeyError:
            return False
        return True

    def pack(self, name, salt="salt"):
        subprocess.run([COURSEWORK / "autograder/pack", "--salt", self.scratch / salt, "--output",
                        self.scratch / name], check=True, stdout=subprocess.DEVNULL)
        return self.scratch / name

    def on_a_free_one(self, method, *arguments, **more):
        """A future of what the lane's method returns."""
        def work():
            lane = self.free.get()
            try:
                return method(lane, *arguments, **more)
            finally:
                self.free.put(lane)
        return self.pool.submit(work)

    def grade(self, files, arrange=lambda folder: None, **more):
        """A future of the results and their bytes."""
        return self.on_a_free_one(Lane.grade, files, arrange, **more)

    def close(self):
        self.pool.shutdown(cancel_futures=True)
        process.remove([self.scratch])  # a submission may be a thousand folders deep
        if not self.had_user:
            subprocess.run(["userdel", "thinnet-student"], check=True)


def setUpModule():
    if os.geteuid() != 0:
        raise unittest.SkipTest("only root can run the students' code as another user")
    global lanes
    lanes = Lanes()
    unittest.addModuleCleanup(lanes.close)


class Graded(unittest.TestCase):
    def assert_item(self, results, item, passed, pattern=""):
        test = next(t for t in results["tests"] if t["extra_data"]["id"] == item["id"])
        self.assertEqual((test["score"], test["max_score"], test["status"], test["number"]),
                         (item["points"] if passed else 0, item["points"],
                          "passed" if passed else "failed", item["number"]), test)
        if pattern:
            self.assertRegex(test["output"], pattern)
        self.assertEqual(test["extra_data"]["cause"] is None, passed)

    def assert_file(self, results, name, passed, pattern=""):
        for item in ITEMS:
            if item["file"] == name:
                self.assert_item(results, item, passed, pattern)


class Honest(Graded):
    """All submissions are handed in at once, so that both lanes have work."""

    @classmethod
    def setUpClass(cls):
        solved = {name: solution(name) for name in FILES}
        broken = dict(solved)
        broken["layers/dropout.cpp"] = solved["layers/dropout.cpp"].replace("= pass.training;", "= pass.trayning;")
        broken["optim/adam.cpp"] = solved["optim/adam.cpp"].replace("void Adam<T>::step()", "void Adam<T>::stop()")
        flat = {pathlib.PurePath(name).name: text for name, text in solved.items()}
        flat.update({"notes.txt": "", "core/matrix.cpp": "#error not read"})
        del flat["training.cpp"]

        def link(folder):
            (folder / "training.cpp").symlink_to("/etc/passwd")
            (folder / "linked").symlink_to(COURSEWORK)
            for _ in range(1300):
                folder /= "a"
                folder.mkdir()
        known = list(compiler.WORKERS)
        # The three that the guide would have its reader submit first.
        cls.folder = lanes.on_a_free_one(Lane.grade_all, {
            "solution": solved, "starter": {name: stub(name) for name in FILES}, "broken": broken})
        cls.graded = {
            "again": lanes.grade(solved, known=known), "flat": lanes.grade(flat, link, known=known),
            "nothing": lanes.grade({}), "nested": lanes.grade(
                {"old/relu.cpp": "#error old", "a/b/layers/relu.cpp": solved["layers/relu.cpp"],
                 "relu.cpp": "#error outer"}, known=known),
        }

    def written(self, name):
        return self.graded[name].result()[1] if name in self.graded else self.folder.result()[2][name]

    def results(self, name):
        return json.loads(self.written(name))

    def test_a_folder_of_three_by_the_guide(self):
        printed, rows, _ = self.folder.result()
        most = sum(item["points"] for item in ITEMS)
        lost = sum(item["points"] for item in ITEMS if item["file"] in ("layers/dropout.cpp", "optim/adam.cpp"))
        self.assertEqual(rows[0], ["student", "points", "of", *(item["number"] for item in ITEMS)])
        points = {row[0]: (float(row[1]), float(row[2])) for row in rows[1:]}
        self.assertEqual(points, {"broken": (most - lost, most), "solution": (most, most), "starter": (0, most)})
        self.assertEqual(printed.count("graded before"), 3)  # by the guide's other command
        for item in ITEMS:
            passed = 1 if item["file"] in ("layers/dropout.cpp", "optim/adam.cpp") else 2
            self.assertRegex(printed, rf"(?m)^\| {re.escape(item['number'])} .*\| {passed} of 3 ")

    def test_the_solution_gets_all_points(self):
        results = self.results("solution")
        for item in ITEMS:
            self.assert_item(results, item, passed=True, pattern="^$")
        self.assertEqual([t["number"] for t in results["tests"]], [i["number"] for i in ITEMS])
        self.assertEqual(results["output"], "")

    def test_the_same_submission_gets_the_same_bytes(self):
        """In a folder of several and alone, compiled each time and not."""
        self.assertEqual(self.written("solution"), self.written("again"))

    def test_only_what_the_specification_knows(self):
        results = self.results("solution")
        self.assertLessEqual(results.keys(), {
            "score", "execution_time", "output", "output_format", "test_output_format",
            "test_name_format", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard"})
        for test in results["tests"]:
            self.assertLessEqual(test.keys(), {
                "score", "max_score", "status", "name", "name_format", "number", "output",
                "output_format", "tags", "visibility", "extra_data"})
            self.assertEqual(test["visibility"], "visible")

    def test_the_starter_gets_none(self):
        for item in ITEMS:
            self.assert_item(self.results("starter"), item, passed=False, pattern=NOT_WRITTEN)

    def test_a_file_that_does_not_compile_costs_its_own_items(self):
        results = self.results("broken")
        for name in FILES:
            if name not in ("layers/dropout.cpp", "optim/adam.cpp"):
                self.assert_file(results, name, passed=True)
        self.assert_file(results, "layers/dropout.cpp", False,
                         r"^layers/dropout.cpp does not compile:\nlayers/dropout.cpp:\d+:\d+: error: "
                         r".*trayning.*\n.*cache_.training = pass.trayning;\n.*\^~")
        self.assert_file(results, "optim/adam.cpp", False, r"layers|optim/adam.cpp:\d+:\d+: error: .*stop")
        self.assertNotIn(str(lanes.scratch), json.dumps(results))
        self.assertNotIn("/tmp/", json.dumps(results))

    def test_flat_files_and_links(self):
        results = self.results("flat")
        for name in FILES:
            if name != "exercises/training.cpp":
                self.assert_file(results, name, passed=True)
        self.assert_file(results, "exercises/training.cpp", False, "^exercises/training.cpp was not handed in$")
        self.assertEqual(
            results["output"], "Links are not followed, and were not read: linked, training.cpp.\n"
            "Only the files of the assignment are graded; no code can read these: core/matrix.cpp, notes.txt.")

    def test_nothing_handed_in(self):
        for item in ITEMS:
            self.assert_item(self.results("nothing"), item, False, f"^{item['file']} was not handed in$")

    def test_of_several_the_one_that_lies_as_handed_out(self):
        self.assert_file(self.results("nested"), "layers/relu.cpp", True)
        self.assertIn("relu.cpp, old/relu.cpp", self.results("nested")["output"])


class Attacks(Graded):
    """One test for each attack; all are handed in at once."""

    @classmethod
    def setUpClass(cls):
        def hand_in(text):
            files = {ATTACKED: text, HONEST: solution(HONEST), "table.txt": "1 2 3"}
            return lanes.grade(files, known=["sgd"])
        cls.graded = {name: hand_in(text) for name, (text, _) in ATTACKS.items()}

    def assert_attack(self, name):
        results, written = self.graded[name].result()
        self.assert_file(results, ATTACKED, False, re.compile(ATTACKS[name][1], re.MULTILINE))
        self.assert_file(results, HONEST, passed=True)
        others = [t for t in results["tests"] if t["score"] > 0]
        self.assertEqual(len(others), sum(item["file"] == HONEST for item in ITEMS))
        salt = (lanes.scratch / "salt").read_text().strip()
        self.assertNotIn(salt, written.decode())


def add_attacks():
    for name in ATTACKS:
        def test(self, name=name):
            self.assert_attack(name)
        setattr(Attacks, "test_" + re.sub(r"\W+", "_", name), test)


add_attacks()


class Refused(Graded):
    """One submission tries everything of REFUSED. An ordinary user's program, without the
    autograder, shows what of it this system has: what it has not is skipped."""

    OTHER_USER = 61024

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="autograder-probes-"))
        cls.addClassCleanup(process.remove, [cls.folder])
        cls.folder.chmod(0o755)
        text = PROBES.replace("@PORT@", str(cls.listen(socket.AF_INET, ("127.0.0.1", 0))[1]))
        cls.listen(socket.AF_UNIX, b"\0" + cls.folder.name.encode())
        cls.listen(socket.AF_UNIX, str(cls.folder / "socket"))
        (cls.folder / "socket").chmod(0o777)
        text = text.replace("@NAME@", cls.folder.name).replace("@FOLDER@", str(cls.folder))
        graded = lanes.grade({ATTACKED: attack(text, "throw std::runtime_error(all_that_is_got());"),
                              HONEST: solution(HONEST)}, known=["sgd"])
        source = cls.folder / "probes.cpp"
        source.write_text(text + "int main() { std::puts(all_that_is_got().c_str()); }\n")
        subprocess.run(["g++", "-std=c++17", "-w", source, "-o", cls.folder / "probes"], check=True)
        unconfined = subprocess.run([cls.folder / "probes"], user=cls.OTHER_USER, cwd="/",
                                    group=cls.OTHER_USER, extra_groups=[], capture_output=True,
                                    text=True, check=True)
        cls.offered = unconfined.stdout.split()[1:]
        cls.results = graded.result()[0]

    @classmethod
    def listen(cls, family, address):
        """Where it listens."""
        server = socket.socket(family)
        cls.addClassCleanup(server.close)
        server.bind(address)
        server.listen()
        return server.getsockname()

    def assert_refused(self, name):
        if name not in self.offered:
            self.skipTest(f"{name}: this system refuses it to every ordinary user")
        self.assert_file(self.results, ATTACKED, False, f"(?m)the code threw: got:((?! {name}\\b).)*$")

    def test_an_honest_file_beside_it(self):
        self.assert_file(self.results, HONEST, passed=True)


def add_refused():
    for name in REFUSED:
        def test(self, name=name):
            self.assert_refused(name)
        setattr(Refused, f"test_{name}", test)


add_refused()


class Network(unittest.TestCase):
    """The network that the autograder leaves, apart from the filter that refuses sockets."""

    CODE = """
import socket, sys
sys.path.insert(0, sys.argv[1])
import grade_submission
grade_submission.leave_the_network()
for family, address in ((socket.AF_INET, ("127.0.0.1", int(sys.argv[2]))),
                        (socket.AF_UNIX, b"\\0" + sys.argv[3].encode())):
    try:
        socket.socket(family).connect(address)
        print("connected")
    except OSError:
        print("refused")
"""

    def test_nobody_can_be_reached(self):
        name = f"autograder-test-{os.getpid()}"
        with socket.create_server(("127.0.0.1", 0)) as inet, socket.socket(socket.AF_UNIX) as local:
            local.bind(b"\0" + name.encode())
            local.listen()
            done = subprocess.run([
                "/usr/bin/python3", "-B", "-c", self.CODE, COURSEWORK / "autograder",
                str(inet.getsockname()[1]), name], capture_output=True, text=True, check=True)
        if done.stdout.startswith("no network of our own"):
            self.skipTest(f"this system offers none: {done.stdout.splitlines()[0]}")
        self.assertEqual(done.stdout.split(), ["refused", "refused"])


class OurFaults(unittest.TestCase):
    """What is wrong with the autograder or the machine never becomes a student's 0: exit code 2, a
    line for the staff, and no results."""

    def setUp(self):
        self.lane = lanes.free.get()
        self.addCleanup(lanes.free.put, self.lane)
        submitted = self.lane.root / "submission"
        process.remove([submitted] if submitted.exists() else [])
        (submitted / "layers").mkdir(parents=True)
        (submitted / ATTACKED).write_text(solution(ATTACKED))
        (self.lane.root / "results/results.json").write_text("{}")

    def put_aside(self, name):
        path = self.lane.root / name
        aside = path.with_name(path.name + ".aside")
        path.rename(aside)
        self.addCleanup(os.replace, aside, path)
        return path, aside

    def assert_not_graded(self, pattern):
        done = subprocess.run([self.lane.root / "run_autograder", "--user", str(self.lane.user)],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2, done)
        self.assertRegex(done.stderr.splitlines()[-1], f"^run_autograder: not graded{pattern}")
        self.assertFalse((self.lane.root / "results/results.json").exists())

    def test_an_object_is_missing(self):
        self.put_aside("thinnet/objects/grading/worker/protocol.o")
        self.assert_not_graded(": .*No such file.*protocol.o")

    def test_the_assignment_is_damaged(self):
        path, aside = self.put_aside("source/thinnet/coursework/assignment.json")
        path.write_text(aside.read_text().replace('"file"', '"files"'))
        self.assert_not_graded(", for a fault of the autograder: KeyError")

    def test_the_judge_fails(self):
        """Once every such error cost the item, without a word to the staff."""
        path, aside = self.put_aside("source/thinnet/coursework/grading/judge.py")
        path.write_text(aside.read_text() + "\n\ndef judge(*_):\n    raise RecursionError\n")
        self.assert_not_graded(", for a fault of the autograder: RecursionError")

    def test_the_grader_cannot_even_start(self):
        self.put_aside("source/thinnet/coursework/grading/cases.py")
        self.assert_not_graded(": the autograder ended with exit code 1")

    def test_the_place_cannot_be_made_clean(self):
        left = pathlib.Path(tempfile.mkdtemp(prefix="autograder-left-"))
        self.addCleanup(left.rmdir)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"uid={self.lane.user}", "none", left],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"nothing here that cannot be removed: {mounted.stderr}")
        self.addCleanup(subprocess.run, ["umount", left], check=True)
        self.assert_not_graded(f": {left} cannot be removed: ")


class Waiting(Graded):
    """Those that neither compute nor end, with a backstop that is short for the test."""

    @classmethod
    def setUpClass(cls):
        sleeper = attack(SYSTEM, "for (;;) sleep(60);")
        cls.one = lanes.grade({ATTACKED: sleeper, HONEST: solution(HONEST)},
                              options=["--backstop", "5"], known=["sgd"])
        sleeps = "#include <unistd.h>\nstruct Early { Early() { if (getuid() != 0) pause(); } };\n" \
                 "static Early early;\n"
        cls.three = lanes.grade({
            **{name: sleeps + stub(name) for name in FILES[:3]}, HONEST: solution(HONEST)},
            options=["--backstop", "5"], known=["sgd"])

    def assert_waited(self, results, name):
        first, *others = [item for item in ITEMS if item["file"] == name]
        self.assert_item(results, first, False, f"^{name}: your code did not end within 5 s though it "
                         r"computed for less than 1 s: it waits for something \(sleep, input, a "
                         r"lock\); the machine's load is not the cause$")
        for item in others:
            self.assert_item(results, item, False, "^not run: an item before it, of the same file, "
                             "waited for something until it was ended$")

    def test_one_file_is_waited_for_once(self):
        results, _ = self.one.result()
        self.assert_waited(results, ATTACKED)
        self.assert_file(results, HONEST, passed=True)

    def test_two_files_are_waited_for(self):
        """So that the rest is told before the platform's own time has passed."""
        results, _ = self.three.result()
        for name in FILES[:2]:
            self.assert_waited(results, name)
        for name in FILES[2:]:
            self.assert_file(results, name, False, "^not graded: 2 files before it waited for "
                             "something until they were ended, as the lines of their items say$")


class Everywhere(Graded):
    """One submission with an attack in each file but one."""

    def test_the_honest_file_gets_its_points(self):
        files = {HONEST: solution(HONEST)}
        for name in FILES:
            if name != HONEST:
                files[name] = "#include <unistd.h>\n#include <cstdio>\nstruct Early { Early() {" \
                    'std::puts("PASSED"); fork(); _exit(0); } };\nstatic Early early;\n' + solution(name)
        results, _ = lanes.grade(files).result()
        for name in FILES:
            self.assert_file(results, name, passed=name == HONEST,
                             pattern="" if name == HONEST else f"^{name}: your code ended the process with exit code 0")


    def test_a_program_of_another_file_is_closed(self):
        """Programs of the net and of the training hold solutions: they must not serve as oracles."""
        files = {ATTACKED: solution(ATTACKED), HONEST: OPEN_ALL + stub(HONEST).replace(
            "  throw std::logic_error", """
  char self[4096] = "";
  static_cast<void>(!readlink("/proc/self/exe", self, sizeof self - 1));
  const std::string folder = std::string(self).substr(0, std::string(self).rfind("/sgd/"));
  if (folder.find("/thinnet-") == std::string::npos) opened += "no idea where it is ";
  for (const char* name : {"/relu/worker", "/relu/student.o", "/relu/sources/layers/relu.cpp",
                           "/sgd/worker", "/sgd/given/0.o", "/sgd/sources/optim/sgd.cpp"}) {
    try_to_open(folder + name, O_RDONLY);
    if (name != std::string("/sgd/worker") && access((folder + name).c_str(), X_OK) == 0) opened += name;
  }
  tell();
  throw std::logic_error""", 1)}
        results, _ = lanes.grade(files).result()
        self.assert_file(results, ATTACKED, passed=True)
        self.assert_file(results, HONEST, False, re.compile(OPENED_NOTHING, re.MULTILINE))


class Packing(unittest.TestCase):
    def test_same_salt_same_bytes(self):
        first, again = lanes.pack("first.zip"), lanes.pack("again.zip")
        self.assertEqual(again.read_bytes(), first.read_bytes())
        other = lanes.pack("other.zip", salt="salt2")
        self.assertNotEqual(other.read_bytes(), first.read_bytes())
        for name in ("salt", "salt2", "other.zip"):
            self.assertEqual(stat.S_IMODE((lanes.scratch / name).stat().st_mode), 0o600)

    def test_what_lies_at_the_root_of_the_zip(self):
        with zipfile.ZipFile(lanes.archive) as archive:
            modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
        self.assertEqual([modes["setup.sh"], modes["run_autograder"], modes["salt"]], [0o755, 0o755, 0o600])
        self.assertFalse([name for name in modes if "pycache" in name])

    def assert_refused(self, command, text):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2, done)
        self.assertRegex(done.stderr, text)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_bad_input(self):
        pack, salt = COURSEWORK / "autograder/pack", lanes.scratch / "bad"
        salt.write_text("too short\n")
        self.assert_refused([pack, "--salt", salt], "bad: not a salt")
        self.assert_refused([pack, "--salt", lanes.scratch / "none/salt"], "^pack: .*none")
        grade = lanes.scratch / "lane0/run_autograder"
        (lanes.scratch / "lane0/submission").mkdir(exist_ok=True)
        self.assert_refused([grade, "--root", lanes.scratch], "no folder .*submission")
        self.assert_refused([grade, "--root", lanes.scratch / "lane0", "--user", "no-such-user"],
                            "no user no-such-user: setup.sh makes it")
        with subprocess.Popen(["sleep", "60"], user=61023) as other:
            self.assert_refused([grade, "--user", "61023"], "user 61023 runs other programs")
            self.assertIsNone(other.poll())
            other.kill()
        self.assert_refused([grade, "--user", "root"], "user root runs other programs")

    def test_help(self):
        for program in ("autograder/pack", "summary", "autograder/grade_submission.py"):
            done = subprocess.run([COURSEWORK / program, "--help"], capture_output=True, text=True, check=True)
            self.assertIn("usage: ", done.stdout)


class Seeds(unittest.TestCase):
    """What a message tells of one submission must be of no use to the next: not its expected
    values, for other bytes meet other cases, and not by a file beside the eight."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="autograder-seeds-"))
        self.addCleanup(process.remove, [self.folder])

    def collected(self, files, links=()):
        process.remove(list(self.folder.iterdir()))
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        for name, target in links:
            (self.folder / name).symlink_to(target)
        return submission.collect(self.folder, ["layers/a.cpp", "b.cpp"])

    def test_every_byte_and_every_name_counts(self):
        files = {"a.cpp": "1", "b.cpp": "2"}
        handed_in = [
            (files,), ({"a.cpp": "1", "b.cpp": "3"},), ({"a.cpp": "12", "b.cpp": ""},),
            ({"a.cpp": "1"},), ({"a.cpp": "1", "b.cpp": ""},), ({"a.cpp": "2", "b.cpp": "1"},),
            ({**files, "table.txt": ""},), ({**files, "table.txt": "1"},),
            ({**files, "table.txt": "x" * 3 * 2**20},), ({**files, "table.txt": "x" * 3 * 2**20 + "y"},),
            ({**files, "deeper/table.txt": "1"},), ({**files, "old/b.cpp": "1"},),
            (files, [("link", "to")]), (files, [("link", "elsewhere")])]
        digests = {self.collected(*one).digest for one in handed_in}
        self.assertEqual(len(digests), len(handed_in))
        self.assertEqual(self.collected(dict(reversed(files.items()))).digest,
                         self.collected(files).digest)

    def test_the_salt_counts(self):
        self.assertNotEqual(submission.seed_of(b"1", b"x"), submission.seed_of(b"1", b"y"))
        self.assertNotEqual(submission.seed_of(b"1", b"x"), submission.seed_of(b"2", b"x"))

    def test_another_seed_no_case_again(self):
        asked = [{json.dumps(case["request"]) for item in cases.draw(seed)["items"].values()
                  for case in item} for seed in range(5)]
        self.assertEqual(len(set.union(*asked)), sum(map(len, asked)))

    def test_folders_in_each_other(self):
        """Many more than a path may name, or Python may call itself."""
        self.collected({"b.cpp": "1"})
        here = os.open(self.folder, os.O_RDONLY)
        for _ in range(5000):
            os.mkdir("a", dir_fd=here)
            here = submission.step(here, "a")
        digests = set()
        for text in (b"1", b"2"):
            with open(os.open("a.cpp", os.O_WRONLY | os.O_CREAT, dir_fd=here), "wb") as file:
                file.write(text)
            handed_in = submission.collect(self.folder, ["layers/a.cpp", "b.cpp"])
            self.assertEqual(handed_in.contents, {"layers/a.cpp": text, "b.cpp": b"1"})
            digests.add(handed_in.digest)
        os.close(here)
        self.assertEqual(len(digests), 2)


if __name__ == "__main__":
    unittest.main()
