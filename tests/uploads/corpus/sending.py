"""The official of the corpus's township before the upload page, sending whatever the file is called."""

import urllib.error
import urllib.request
from io import BytesIO
from urllib.parse import quote

from visitor import Answer, Visitor

from corpus.ground import ACCOUNT

BOUNDARY = "----corpus"
SECONDS = 20
"""A file that takes longer to be answered has failed."""


class Official(Visitor):
    """One signed-in account that sends files byte for byte as told."""

    def __init__(self, portal, username: str = ACCOUNT) -> None:
        super().__init__(portal, username)

    def send(self, content: bytes, filename: str, month: str) -> Answer:
        """POST /uploads/new/ of a month's sheet as a script does; the name may hold any character."""
        token = next(cookie.value for cookie in self.jar if cookie.name == "csrftoken")
        fields = {"kind": "progress", "period": month, "csrfmiddlewaretoken": token}
        body = BytesIO()
        for name, value in fields.items():
            body.write(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
        told = f'form-data; name="file"; {_named(filename)}'
        body.write(f"--{BOUNDARY}\r\nContent-Disposition: {told}\r\nContent-Type: text/plain\r\n\r\n".encode())
        body.write(content)
        body.write(f"\r\n--{BOUNDARY}--\r\n".encode())
        headers = {"Accept": "application/json", "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        address = f"{self.portal.url}/uploads/new/"
        try:
            with self.opener.open(urllib.request.Request(address, body.getvalue(), headers), timeout=SECONDS) as answer:
                return Answer(answer.status, answer.url, answer.read())
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, refused.url, refused.read())


def _named(filename: str) -> str:
    """The name as browsers send it, or as RFC 5987 has it: the only form in which any character arrives as it was."""
    if filename.isprintable() and not set('"\\') & set(filename):
        return f'filename="{filename}"'
    return f"filename*=UTF-8''{quote(filename, safe='')}"
