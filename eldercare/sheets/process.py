"""Processes of our own that work on what a stranger sent, and that can harm nobody but themselves.

Little memory, little time, nothing of the server's environment; what they write goes to standard output, or to a folder
that is thrown away.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from .limits import Limits

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Child:
    """A running process: its answer, and whether the clock ended it."""

    stdout: IO[bytes]
    late: threading.Event
    _process: subprocess.Popen

    def wait(self) -> int:
        """The status it ends with; a negative number is the signal that killed it."""
        return self._process.wait()


@contextmanager
def child(module: str, *arguments: str, folder: Path, limits: Limits) -> Iterator[Child]:
    """Run a module of this package in `folder`, its last argument the limits as JSON; leaves no process behind."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-s", "-B", "-m", module, *arguments, json.dumps(asdict(limits))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=_environment(folder),
    )
    late = threading.Event()
    timer = threading.Timer(limits.child_wall_seconds, _stop, (process, late))
    timer.start()
    try:
        yield Child(process.stdout, late, process)
    finally:
        timer.cancel()
        process.kill()
        process.stdout.close()
        process.wait()


def confine(limits: Limits, *, written_bytes: int = 0) -> None:
    """Bound the memory, processor time and written files of the process that calls it, where the system can."""
    try:
        import resource
    except ImportError:
        return
    bounds = (
        (resource.RLIMIT_AS, limits.child_memory_bytes),
        (resource.RLIMIT_CPU, limits.child_cpu_seconds),
        (resource.RLIMIT_FSIZE, written_bytes),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, bound in bounds:
        _, hard = resource.getrlimit(kind)
        top = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (top, top))


def _environment(folder: Path) -> dict[str, str]:
    # Nothing of the server's environment goes along: no database address, no keys. Windows cannot start without one.
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return {"PYTHONPATH": str(_PACKAGE_ROOT), "PYTHONUTF8": "1", "TMPDIR": str(folder), **kept}


def _stop(process: subprocess.Popen, late: threading.Event) -> None:
    late.set()
    process.kill()
