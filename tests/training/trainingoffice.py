"""The training register as a clerk keeps it: holds sessions, sends rosters, answers, confirms, undoes."""

from datetime import date
from io import BytesIO

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from eldercare import figures, uploads
from training import statistics
from training.admin import rosters
from training.rostersheet import KIND
from training.services import sessions

HEADINGS = ("姓名", "单位", "联系电话", "证书编号", "证书名称", "发证日期", "有效期至", "结业", "备注")
ENDED, LATER = date(2020, 6, 30), date(2020, 10, 31)
PHONE = "13800000001"


def sheet(*rows: tuple, headings=HEADINGS) -> bytes:
    """A roster as a clerk types it; short rows are filled up with blanks, 结业 with 是."""
    book = openpyxl.Workbook()
    book.active.append(list(headings))
    for row in rows:
        cells = [*row, *[None] * (9 - len(row))]
        cells[7] = cells[7] or "是"
        book.active.append(cells)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


class Office:
    """What one clerk does with sessions and rosters, through the services."""

    def __init__(self, district, clerk) -> None:
        self.district, self.clerk, self.number = district, clerk, 0

    def session(self, role="caregiver", ended=ENDED, **values):
        self.number += 1
        given = {"title": f"演示培训班{self.number}", "starts_on": ended, "ends_on": ended} | values
        return sessions.create(district=self.district, by=self.clerk, role=role, **given)

    def send(self, session, *rows, content: bytes | None = None, name="名册.xlsx", by=None):
        content = sheet(*rows) if content is None else content
        file = SimpleUploadedFile(name, content)
        return uploads.stage(KIND, rosters.context_of(session, by or self.clerk), file)

    def confirm(self, upload):
        uploads.confirm(upload, by=self.clerk, version=upload.version)
        return upload

    def hold(self, *rows, role="caregiver", ended=ENDED):
        """A session with a confirmed roster."""
        session = self.session(role, ended)
        upload = self.send(session, *rows)
        assert upload.status == "staged", upload.problems
        self.confirm(upload)
        return session

    def board(self, day=date(2020, 12, 31), year=None, *, carry=False):
        return statistics.completion(figures.scope_for(self.district, day, year), carry=carry)

    def cell(self, unit: str, role="caregiver", year=2020, day=date(2020, 12, 31), *, carry=False):
        line = next(line for line in self.board(day, carry=carry).lines if line.name == unit)
        return line.cells[role, year]

    def count(self, scope):
        return statistics.completion(scope)

    def kind_admit(self, session) -> str:
        """Why no roster may come in."""
        return KIND.admit(rosters.context_of(session, self.clerk))
