"""Getting at the inside of an .xlsx file that a library has written."""

import io
import re
import zipfile

FIRST_SHEET = "xl/worksheets/sheet1.xml"


def rewritten(content: bytes, old: str | re.Pattern, new: str, part: str = FIRST_SHEET) -> bytes:
    """The file with a text inside one part replaced; the text, or what the pattern describes, must be there."""
    pattern = re.compile(re.escape(old)) if isinstance(old, str) else old
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                text, found = pattern.subn(lambda _: new, data.decode())
                assert found, data.decode()[:2000]
                data = text.encode()
            copy.writestr(name, data)
    return target.getvalue()


def with_parts(content: bytes, parts: dict[str, str | bytes]) -> bytes:
    """The file with parts added."""
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return target.getvalue()
