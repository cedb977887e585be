"""A person at a served portal without a browser: signs in, opens pages, posts forms; many can act at the same moment."""

import http.cookiejar
import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from io import BytesIO

import openpyxl
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

JSON = {"Accept": "application/json"}


@dataclass
class Answer:
    """What came back; `status` 0 when the connection broke."""

    status: int
    url: str = ""
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def data(self) -> dict:
        return json.loads(self.body)


class Visitor:
    """One person's session."""

    def __init__(self, portal, username: str) -> None:
        self.portal = portal
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.get("/accounts/login/")
        signed_in = self.post("/accounts/login/", username=username, password=portal.password)
        assert "/accounts/login/" not in signed_in.url, f"{username} could not sign in"

    def get(self, path: str, **headers: str) -> Answer:
        return self._open(urllib.request.Request(self.portal.url + path, headers=headers))

    def post(self, path: str, _headers: dict | None = None, **data) -> Answer:
        """Send a form; values may be files."""
        token = next((cookie.value for cookie in self.jar if cookie.name == "csrftoken"), "")
        headers = {"Content-Type": MULTIPART_CONTENT, "X-CSRFToken": token, **(_headers or {})}
        body = encode_multipart(BOUNDARY, data)
        return self._open(urllib.request.Request(self.portal.url + path, body, headers))

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            with self.opener.open(request, timeout=60) as answer:
                return Answer(answer.status, answer.url, answer.read())
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, refused.url, refused.read())
        except (urllib.error.URLError, ConnectionError, OSError):
            return Answer(0)

    def stage(self, month: str, remark: str) -> int:
        """Take the sheet of a month down, write a remark into every row, send it; the number of the preview."""
        book = openpyxl.load_workbook(BytesIO(self.get(f"/uploads/template/?period={month}").body))
        tab = book.worksheets[0]
        head = next(row for row in tab.iter_rows() if any(str(cell.value).startswith("设施编码") for cell in row))
        column = next(cell.column for cell in head if str(cell.value).startswith("备注"))
        for row in range(head[0].row + 1, tab.max_row + 1):
            if tab.cell(row, head[0].column).value:
                tab.cell(row, column).value = remark
        file = BytesIO()
        book.save(file)
        file.seek(0)
        file.name = "月报.xlsx"
        answer = self.post("/uploads/new/", JSON, kind="progress", period=month, file=file)
        assert answer.status == 201, answer.text
        return answer.data["id"]

    def confirm(self, pk: int) -> Answer:
        return self.post(f"/uploads/{pk}/confirm/", JSON)


def windows(portal):
    """signed_in(*names) -> those persons, each in a window that stays; a name given twice is one person in two of them."""
    known: dict[tuple[str, int], Visitor] = {}

    def signed_in(*names: str) -> list[Visitor]:
        places = [(name, names[:place].count(name)) for place, name in enumerate(names)]
        for place in places:
            if place not in known:
                known[place] = Visitor(portal, place[0])
        return [known[place] for place in places]

    return signed_in


def at_once(*actions) -> list[Answer]:
    """Do all of it at the same moment; the answers in the order of the actions."""
    start, answers = threading.Barrier(len(actions)), [Answer(0)] * len(actions)

    def run(place: int, action) -> None:
        start.wait()
        answers[place] = action()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
