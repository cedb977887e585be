"""Site visits of the demo: every accepted facility was looked at, and two have a picture in their file."""

import struct
import zlib
from datetime import datetime

from django.core.files.base import ContentFile

from eldercare import clock
from facilities import checks
from facilities.models import AcceptanceReview, Attachment
from facilities.services import visiting
from facilities.services.attaching import attach

PICTURES = 2


def visit(row: AcceptanceReview, *, by, moment: datetime) -> None:
    """One visit that found what is registered, at the given moment; the first ones bring a picture."""
    asked = visiting.questions(checks.check(row.facility, moment.date()))
    seen = {one.fact: one.registered for one in asked if one.column and one.registered is not None}
    with clock.telling(moment):
        made = visiting.record_visit(
            row,
            by=by,
            visited_on=moment.date(),
            attended="演示：乡镇（街道）经办",
            conclusion="演示：现场核查属实",
            seen=seen,
        )
        number = Attachment.objects.filter(facility__is_demo=True).count()
        if number < PICTURES:
            attach(
                row.facility, ContentFile(picture(number), "演示照片.png"), by=by, visit=made, caption="演示：现场照片"
            )


def picture(number: int, width: int = 160, height: int = 120) -> bytes:
    """A small grey picture, lighter towards its end; each number gives another."""
    rows = b"".join(b"\0" + bytes((x + y + 40 * number) % 256 for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
