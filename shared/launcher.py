"""Become another program, with limits, and see to it that nothing of it outlives whoever asked for it.

Run by path, before every child: ``python -I -S launcher.py SPEC PROGRAM ARG...``. It stands between fork and exec in a
program of its own because code between fork and exec inside a threaded Python (``preexec_fn``) can deadlock. It imports
nothing of Cutroom and keeps its own process id through ``exec``.

On Linux two guards are set unless the child is to be left alone:

* the kernel kills the child when the thread that started it dies (``PR_SET_PDEATHSIG``), also under ``kill -9``;
* a watcher in the child's process group waits for the child's end and kills what is left of the group, because the
  first guard does not reach the child's own children.

RLIMIT_NPROC is not set: it counts all tasks of a user on the machine, so that a busy neighbour would break every child.
"""

import os
import resource
import signal
import sys

NO_LIMIT = -1
_PR_SET_PDEATHSIG = 1


def command(
    argv: "list[str]",
    *,
    leash: bool = True,
    cpu_s: int = NO_LIMIT,
    memory: int = NO_LIMIT,
    file: int = NO_LIMIT,
    nice: int = 0,
) -> "list[str]":
    """Return the argv that runs ``argv`` under the limits (seconds, bytes, bytes); with ``leash`` it dies with us."""
    spec = ",".join(str(number) for number in (os.getpid() if leash else 0, cpu_s, memory, file, nice))
    return [sys.executable, "-I", "-S", os.path.abspath(__file__), spec, *argv]  # noqa: PTH100 pathlib costs 10 ms


def _die_with_parent(parent: int) -> None:
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above took effect
        os.kill(os.getpid(), signal.SIGKILL)


def _kill_group_at_end_of(pidfd: int) -> None:
    import select

    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    os.chdir("/")
    os.closerange(0, 3)
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    poll.poll()
    os.killpg(0, signal.SIGKILL)


def _watch_group() -> None:
    """Leave a watcher behind: forked twice, so that it is no child of the program, which may wait for its children."""
    if os.getpgrp() != os.getpid():  # the group is somebody else's
        return
    try:
        pidfd = os.pidfd_open(os.getpid())
    except OSError:  # kernels before 5.3: the first guard stands alone
        return
    middle = os.fork()
    if middle == 0:
        if os.fork() == 0:
            _kill_group_at_end_of(pidfd)
        os._exit(0)
    os.waitpid(middle, 0)
    os.close(pidfd)


def _limit(which: int, soft: int, hard: int) -> None:
    ceiling = resource.getrlimit(which)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(which, (soft, hard))


def _apply_limits(cpu_s: int, memory: int, file: int, nice: int) -> None:
    _limit(resource.RLIMIT_CORE, 0, 0)
    if cpu_s != NO_LIMIT:
        _limit(resource.RLIMIT_CPU, cpu_s, cpu_s + 2)
    if file != NO_LIMIT:
        _limit(resource.RLIMIT_FSIZE, file, file)
    if nice > 0:
        os.nice(nice)
    if memory != NO_LIMIT and sys.platform != "darwin":  # Darwin refuses RLIMIT_AS
        _limit(resource.RLIMIT_AS, memory, memory)


def main() -> None:
    """Set guards and limits as the first argument says, then become the program in the others."""
    parent, cpu_s, memory, file, nice = map(int, sys.argv[1].split(","))
    argv = sys.argv[2:]
    if parent and sys.platform == "linux":
        _die_with_parent(parent)
        _watch_group()
    _apply_limits(cpu_s, memory, file, nice)
    # Python ignores the first two, ``nohup`` and shells the others, and exec would hand that on.
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(argv[0], argv)  # noqa: S606 a list, no shell
    except OSError as error:
        sys.stderr.write(f"cannot start {argv[0]}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(127)


if __name__ == "__main__":
    main()
