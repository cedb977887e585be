"""A file between its preview and its confirmation: on the disk that all server processes share, for two hours at most."""

import os
import time
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core import signing
from import_export.tmp_storages import BaseStorage

SECONDS_KEPT = 2 * 3600
SALT = "eldercare.importing"


class KeptFile(BaseStorage):
    """One sent file under a name made here; taken by exactly one of any number of confirmations."""

    @classmethod
    def of(cls, suffix: str) -> "KeptFile":
        """A new place for a file with that suffix."""
        return cls(name=uuid4().hex + suffix)

    @property
    def path(self) -> Path:
        return folder() / Path(self.name).name

    @property
    def _taken(self) -> Path:
        return self.path.with_suffix(".taken")

    def save(self, data: bytes) -> None:
        """Write the file for this account's processes alone; whatever was left behind earlier goes."""
        sweep()
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)

    def read(self) -> bytes:
        return self.path.read_bytes()

    def take(self) -> bool:
        """Claim the file: True for one process only, however many ask at once."""
        try:
            self.path.rename(self._taken)
        except FileNotFoundError:
            return False
        return True

    @property
    def claimed(self) -> Path:
        """Where the file lies after `take`."""
        return self._taken

    def give_back(self) -> None:
        """Undo `take`, because nothing was written."""
        if self._taken.exists():
            self._taken.rename(self.path)

    def remove(self) -> None:
        for path in (self.path, self._taken):
            path.unlink(missing_ok=True)


def folder() -> Path:
    """Where kept files lie; readable by this account only."""
    path = Path(settings.MEDIA_ROOT) / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def sweep() -> None:
    """Remove what nobody confirmed in time."""
    oldest = time.time() - SECONDS_KEPT
    for path in folder().iterdir():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except FileNotFoundError:
            continue  # another process sweeps at the same time


def ticket(kept: KeptFile, filename: str, digest: str, *, model: str, user) -> str:
    """What the preview's form carries: which file, what was shown, for whom; signed, so that nothing of it can be made up."""
    told = {"file": kept.name, "filename": filename, "digest": digest, "model": model, "user": user.pk}
    return signing.dumps(told, salt=SALT, compress=True)


def opened(text: str, *, model: str, user) -> dict | None:
    """What a ticket says; None when it is out of date, somebody else's or for another register."""
    try:
        told = signing.loads(text, salt=SALT, max_age=SECONDS_KEPT)
    except signing.BadSignature:
        return None
    return told if (told["model"], told["user"]) == (model, user.pk) else None
