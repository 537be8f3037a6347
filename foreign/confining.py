"""What a process gives up, for good, before it looks at a file of a stranger. Linux only; stdlib only.

Limits of the kernel (setrlimit(2)) on memory, processor time, written files, processes and open files, and a filter of
system calls (seccomp(2)) that leaves those which computing needs: reading and writing what is open already, memory, time.
Opening a file or a socket, starting a program or a process, and signalling another one are refused by the kernel.
"""

import ctypes
import os
import platform
import sys
from dataclasses import dataclass

from .refusal import Refused, _

HERE = _(
    "Foreign ONNX networks are run only on Linux (x86-64 or ARM64), whose kernel can limit the memory and the rights of a "
    "process. This site runs on %(system)s %(machine)s."
)
UNLIMITED = _(
    "Foreign ONNX networks are not run here: the kernel refused to limit the process (%(cause)s). Its administrator must allow "
    "seccomp and resource limits."
)


@dataclass(frozen=True)
class Limits:
    """memory: bytes of address space beside four times the file; cpu: seconds of one child's whole life;
    seconds: wall time of one answer."""

    memory: int = 1536 * 1024**2
    cpu: int = 900
    seconds: float = 60.0


# Numbers of the system calls that computing needs, x86-64 and ARM64 (arch/*/syscalls of Linux 6).
CALLS = {
    "x86_64": {
        "read": 0, "write": 1, "close": 3, "fstat": 5, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12,
        "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "sched_yield": 24, "mremap": 25, "madvise": 28,
        "nanosleep": 35, "getpid": 39, "exit": 60, "gettimeofday": 96, "sigaltstack": 131, "gettid": 186, "futex": 202,
        "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230,
        "exit_group": 231, "set_robust_list": 273, "getcpu": 309, "getrandom": 318, "rseq": 334,
    },
    "aarch64": {
        "read": 63, "write": 64, "close": 57, "fstat": 80, "lseek": 62, "mmap": 222, "mprotect": 226, "munmap": 215, "brk": 214,
        "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "sched_yield": 124, "mremap": 216, "madvise": 233,
        "nanosleep": 101, "getpid": 172, "exit": 93, "gettimeofday": 169, "sigaltstack": 132, "gettid": 178, "futex": 98,
        "sched_getaffinity": 123, "restart_syscall": 128, "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115,
        "exit_group": 94, "set_robust_list": 99, "getcpu": 168, "getrandom": 278, "rseq": 293,
    },
}  # fmt: skip
_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_*
_SECCOMP = {"x86_64": 317, "aarch64": 277}  # the call itself
_X32 = 0x40000000  # x86-64's second numbering; never a valid number on ARM64
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | 1  # SECCOMP_RET_*; EPERM
_PARENT_DIES, _NO_NEW_PRIVILEGES, _FILTER, _EVERY_THREAD = 1, 38, 1, 1


def refuse_elsewhere() -> None:
    """Raises Refused on a system where confine() cannot hold."""
    if sys.platform != "linux" or platform.machine() not in CALLS:
        raise Refused(HERE, system=platform.system(), machine=platform.machine())


def why_not() -> str | None:
    """The reason why foreign networks are not run on this system, or None."""
    try:
        refuse_elsewhere()
    except Refused as refusal:
        return str(refusal)
    return None


def confine(memory: int, cpu: int) -> None:
    """Give everything up. Raises Refused unless all of it took hold."""
    refuse_elsewhere()
    try:
        _limit(memory, cpu)
        _filter_calls(platform.machine())
    except (OSError, ValueError) as error:
        raise Refused(UNLIMITED, cause=str(error)) from error


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PARENT_DIES, 9, 0, 0, 0)


def be_first_to_go() -> None:
    """Where the machine runs out of memory the kernel ends this process before any of the site's."""
    try:
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")
    except OSError:
        pass  # a container without it; the limit on memory stands all the same


def _limit(memory: int, cpu: int) -> None:
    import resource

    for name, most in (
        ("RLIMIT_AS", memory), ("RLIMIT_DATA", memory), ("RLIMIT_CPU", cpu), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0),
        ("RLIMIT_MEMLOCK", 0), ("RLIMIT_NPROC", 0), ("RLIMIT_NOFILE", 0),
    ):  # fmt: skip
        kind = getattr(resource, name)
        highest = resource.getrlimit(kind)[1]
        most = most if highest == resource.RLIM_INFINITY else min(most, highest)
        # Beyond the first limit on time comes a signal that can be told from others, beyond the second the end.
        resource.setrlimit(kind, (most, most + 5 if kind == resource.RLIMIT_CPU else most))


class _Instruction(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_uint16),
        ("true", ctypes.c_uint8),
        ("false", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    ]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction))]


def _filter_calls(machine: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    rows = _rows(machine)
    program = _Program(len(rows), (_Instruction * len(rows))(*(_Instruction(*row) for row in rows)))
    if libc.syscall(_SECCOMP[machine], _FILTER, _EVERY_THREAD, ctypes.byref(program)):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _rows(machine: str) -> list[tuple[int, int, int, int]]:
    """Classic BPF over struct seccomp_data: the architecture at byte 4, the call's number at byte 0."""
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    numbers = sorted(CALLS[machine].values())
    rows = [(load, 0, 0, 4), (equal, 1, 0, _ARCHITECTURE[machine]), (answer, 0, 0, _KILL), (load, 0, 0, 0)]
    rows.append((at_least, len(numbers), 0, _X32))
    for index, number in enumerate(numbers):
        rows.append((equal, len(numbers) - index, 0, number))
    return [*rows, (answer, 0, 0, _REFUSE), (answer, 0, 0, _ALLOW)]
