"""System calls that nobody needs for computing numbers, refused to what another user runs.

They are what outlives a program (shared memory, keys, queues), reaches another one (sockets,
ptrace) or opens more of the kernel than a student's code has use for (namespaces, io_uring). A
filter of the kernel refuses them, so that none of it has to be looked for and removed afterwards.
Needs python3-seccomp.
"""
import errno
import functools
import os

import seccomp

ALWAYS = [
    "socket",
    "add_key", "keyctl", "request_key",
    "shmget", "msgget", "semget", "mq_open",
    "ptrace", "process_vm_readv", "process_vm_writev",
    "mount", "umount2", "unshare", "setns",
    "io_uring_setup", "bpf", "perf_event_open", "userfaultfd",
]
# For a program that may write no file: not even a folder or a name, which could tell something.
NAMES = ["mkdir", "mkdirat", "mknod", "mknodat", "link", "linkat", "symlink", "symlinkat",
         "rename", "renameat", "renameat2", "creat"]
OPENING = {"open": 1, "openat": 2}  # where their flags stand
NAMESPACES = 0x7e020080             # CLONE_NEW… of linux/sched.h
# What they ask for lies where a filter cannot look; libraries then ask in the older way.
UNREADABLE = ["clone3", "openat2"]


@functools.lru_cache
def filter_of(makes_files: bool) -> seccomp.SyscallFilter:
    """To be loaded in a process that has given up all rights to gain others (PR_SET_NO_NEW_PRIVS);
    it holds for the program that this process becomes, and for all that it starts."""
    refused = seccomp.SyscallFilter(seccomp.ALLOW)
    no = seccomp.ERRNO(errno.EPERM)
    for name in ALWAYS + ([] if makes_files else NAMES):
        refused.add_rule(no, name)
    for flag in (1 << bit for bit in range(32) if NAMESPACES >> bit & 1):
        refused.add_rule(no, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    for name, position in {} if makes_files else OPENING.items():
        refused.add_rule(no, name, seccomp.Arg(position, seccomp.MASKED_EQ, os.O_CREAT, os.O_CREAT))
        temporary = os.O_TMPFILE & ~os.O_DIRECTORY
        refused.add_rule(no, name, seccomp.Arg(position, seccomp.MASKED_EQ, temporary, temporary))
    for name in UNREADABLE:
        refused.add_rule(seccomp.ERRNO(errno.ENOSYS), name)
    return refused
