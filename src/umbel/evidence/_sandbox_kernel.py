# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the operating system takes away from the query process: files, system calls, memory, life.

Each function says whether it took effect, since it depends on the kernel. All of it is one way: a
process can't give itself back what it gave up, root or not. Numbers and structures are from Linux's
`landlock.h`, `seccomp.h`, `filter.h` and `unistd.h`; other systems have none of this and answer `False`.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_SIGKILL = 9

# Landlock: every right over files that a version of the kernel knows, by the version that brought it.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
_READ_FILE = 1 << 2
_NET_RIGHTS, _SCOPES = 0b11, 0b11  # TCP bind and connect; abstract sockets and signals
_SINCE_NET, _SINCE_SCOPES = 4, 6
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446

# Numbers from 424 on are the same on every architecture and younger than 2019: C libraries do without
# them. "Not there" is the answer to all, which settles io_uring, pidfds, the new mounts and what comes.
_FIRST_SHARED = 424

# Name, x86-64, AArch64 ("-": not there).
_REFUSED = """
creat 85 -, truncate 76 45, ftruncate 77 46, fallocate 285 47, rename 82 -, renameat 264 38,
renameat2 316 276, link 86 -, linkat 265 37, symlink 88 -, symlinkat 266 36, unlink 87 -, unlinkat 263 35,
mkdir 83 -, mkdirat 258 34, rmdir 84 -, mknod 133 -, mknodat 259 33,
chmod 90 -, fchmod 91 52, fchmodat 268 53, chown 92 -, lchown 94 -, fchown 93 55, fchownat 260 54,
utime 132 -, utimes 235 -, futimesat 261 -, utimensat 280 88, setxattr 188 5, lsetxattr 189 6,
fsetxattr 190 7, removexattr 197 14, lremovexattr 198 15, fremovexattr 199 16, open_by_handle_at 304 265,
fork 57 -, vfork 58 -, execve 59 221, execveat 322 281, socket 41 198, socketpair 53 199,
ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, kill 62 129, tkill 200 130,
rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240, io_setup 206 0, io_submit 209 2,
mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51, unshare 272 97, setns 308 268,
bpf 321 280, perf_event_open 298 241, userfaultfd 323 282, keyctl 250 219, add_key 248 217,
request_key 249 218, init_module 175 105, finit_module 313 273, delete_module 176 106, kexec_load 246 104,
kexec_file_load 320 294, reboot 169 142, swapon 167 224, swapoff 168 225, memfd_create 319 279,
shmget 29 194, shmat 30 196, msgget 68 186, semget 64 190, mq_open 240 180
"""
# Architecture number, then the numbers of open, openat, clone and tgkill.
_MACHINES: dict[str, tuple[int, int | None, int, int, int]] = {
    "x86_64": (0xC000003E, 2, 257, 56, 234),
    "aarch64": (0xC00000B7, None, 56, 220, 131),
}
_WRITING = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC | os.O_APPEND if _LINUX else 0
_CLONE_THREAD = 0x10000
_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_SET_MODE_FILTER, _ALL_THREADS = 1, 1


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _syscall(number: int, *arguments: object) -> int:
    return int(_libc().syscall(ctypes.c_long(number), *arguments))


def alone() -> bool:
    """Whether the process has but one thread: Landlock binds only the caller and what it starts."""
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def die_with(parent: int) -> bool:
    """Have the kernel kill this process when its parent (a process id) ends; Linux only."""
    if not _LINUX:
        return False
    armed = bool(_libc().prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0) == 0)
    if os.getppid() != parent:  # it ended before the line above
        os._exit(1)
    return armed


def give_up_privileges() -> bool:
    """Rule out that anything run later gains privileges; both filters below need it."""
    return _LINUX and bool(_libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)


def only_read(files: Iterable[str]) -> bool:
    """Let this process open these files to read, and no other file, directory or TCP port at all.

    `False` where the kernel has no Landlock. Raises `OSError` if a file isn't there.
    """
    version = _syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1)) if _LINUX else -1
    if version < 1:
        return False
    rights = (1 << max(bits for since, bits in _FILE_RIGHTS.items() if since <= version)) - 1
    fields = [
        rights,
        *([_NET_RIGHTS] if version >= _SINCE_NET else []),
        *([_SCOPES] if version >= _SINCE_SCOPES else []),
    ]
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    ruleset = _syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    try:
        return all(_allow(ruleset, file) for file in files) and not _syscall(
            _RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)
        )
    finally:
        os.close(ruleset)


def _allow(ruleset: int, file: str) -> bool:
    place = os.open(file, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", _READ_FILE, place)
        return _syscall(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0)) == 0
    finally:
        os.close(place)


def only_compute() -> bool:
    """Refuse system calls that write, run, connect or reach other processes, in every thread.

    `False` where the kernel has no seccomp filters, or on a machine whose numbers aren't listed.
    """
    machine = os.uname().machine if _LINUX else ""
    if machine not in _MACHINES or sys.maxsize < 2**32:
        return False
    program = _program(machine)
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    number = {"x86_64": 317, "aarch64": 277}[machine]
    return _syscall(number, ctypes.c_uint(_SET_MODE_FILTER), ctypes.c_uint(_ALL_THREADS), header) == 0


def _program(machine: str) -> bytes:
    """The filter, as the kernel's small jump-only language: one word each of code, jumps and operand."""
    architecture, open_, openat, clone, tgkill = _MACHINES[machine]
    column = 1 + list(_MACHINES).index(machine)
    refused = [entry.split()[column] for entry in _REFUSED.replace("\n", " ").split(",")]
    steps = [
        *((_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL)),
        *((_LOAD, 0, 0, 0), (_AT_LEAST, 0, 1, _FIRST_SHARED), (_RETURN, 0, 0, _ERRNO | _ENOSYS)),
    ]
    for number in refused:
        if number != "-":
            steps += [(_EQUAL, 0, 1, int(number)), (_RETURN, 0, 0, _ERRNO | _EPERM)]
    if open_ is not None:
        steps += _when(open_, argument=1, mask=_WRITING, equals=0)
    steps += _when(openat, argument=2, mask=_WRITING, equals=0)
    steps += _when(clone, argument=0, mask=_CLONE_THREAD, equals=_CLONE_THREAD)
    steps += _when(tgkill, argument=0, mask=0xFFFFFFFF, equals=os.getpid())
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _when(number: int, *, argument: int, mask: int, equals: int) -> list[tuple[int, int, int, int]]:
    """Allow a system call when the lower half of an argument, masked, has a value; else refuse it."""
    return [
        (_EQUAL, 0, 5, number),
        (_LOAD, 0, 0, 16 + 8 * argument),
        (_AND, 0, 0, mask),
        (_EQUAL, 0, 1, equals),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
    ]


def limit(memory: int, seconds: float, threads: int) -> bool:
    """Bound what may still be taken: address space (bytes on top of now), processor time, files written.

    `False` where the system has no such limits (Windows). Address space isn't enforced on macOS.
    """
    try:
        import resource
    except ImportError:
        return False
    bounds = [
        (resource.RLIMIT_CORE, 0),  # a dump would leave the evidence on disk
        (resource.RLIMIT_FSIZE, 0),  # no file can grow; Python ignores the signal, so it is an error
        (resource.RLIMIT_CPU, int(seconds * (threads + 1)) + 2),  # for when the parent can't watch the clock
        (resource.RLIMIT_AS, _address_space() + memory),
    ]
    for kind, bound in bounds:
        hard = resource.getrlimit(kind)[1]
        value = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (value, value))
    return True


def _address_space() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 1 << 30
