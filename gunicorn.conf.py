"""How gunicorn serves the portal; read by itself when gunicorn starts in this folder.

Each worker does one thing at a time. A worker that is silent for `timeout` seconds is taken for hung and killed, and a
worker that works on one request is silent however much it sends: the page of long work (eldercare/uploadpages/working.py)
counts from its first byte. gunicorn's own 30 seconds would cut a sheet of the largest size on a slow machine; what is cut
has written nothing and can be sent again.

Whatever lies in a temporary file while a request is answered, a roster in plain text among it, lies in a folder of its
worker, and goes with the worker however that one ends.
"""

import os
import shutil
import tempfile
from pathlib import Path

wsgi_app = "eldercare.wsgi"
workers = 2
timeout = 180
graceful_timeout = 60

_PREFIX = "eldercare-files-"


def on_starting(server) -> None:
    """A folder for the workers' temporary files; those of servers that were cut off are cleared away."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = left.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdecimal() and left.stat().st_uid == os.getuid() and not _is_running(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    server.temporary = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))


def _is_running(pid: int) -> bool:
    """Whether another process has that number; ours was given to this one just now."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid != os.getpid()


def post_fork(server, worker) -> None:
    """In the new worker: everything temporary goes into its own folder."""
    own = server.temporary / str(os.getpid())
    own.mkdir(mode=0o700)
    tempfile.tempdir = str(own)


def child_exit(server, worker) -> None:
    """In the server, when a worker has gone, killed or not."""
    shutil.rmtree(server.temporary / str(worker.pid), ignore_errors=True)


def on_exit(server) -> None:
    """In the server, last of all."""
    shutil.rmtree(server.temporary, ignore_errors=True)
