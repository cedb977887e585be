"""Sound sheets under names that were made to do harm: the file is read, the name stays a text."""

from corpus.case import NOTHING_READ, Case
from corpus.table import Table


def _named(title: str, filename: str) -> Case:
    return Case(title, lambda: Table().xlsx(), filename=filename)


CASES = (
    _named("name_climbs_out", "../../../../etc/cron.d/月报.xlsx"),
    _named("name_climbs_out_backwards", "..\\..\\windows\\月报.xlsx"),
    _named("name_absolute", "/etc/passwd/月报.xlsx"),
    _named("name_runs_backwards", "月报\u202exslx.exe\u202c.xlsx"),
    _named("name_of_300_characters", "长" * 300 + ".xlsx"),
    _named("name_of_script", "<script>alert(1)</script>.xlsx"),
    _named("name_of_template", "{{ settings.SECRET_KEY }}{% debug %}.xlsx"),
    _named("name_of_formula", "=cmd|' /C calc'!A0.xlsx"),
    _named("name_with_line_breaks", "月报\r\nSet-Cookie: a=b\r\n\r\n.xlsx"),
    _named("name_with_controls", "月\x01\x07\x1b[31m报.xlsx"),
    _named("name_with_quotes", "月\"报';--.xlsx"),
    _named("name_of_device", "CON.xlsx"),
    Case("name_with_nul_before_suffix", lambda: Table().xlsx(), filename="月报.exe\x00.xlsx"),
    Case("name_of_program", lambda: Table().xlsx(), NOTHING_READ, (("suffix", ""),), "月报.xlsx.exe"),
    Case("name_of_entities", lambda: Table().xlsx(), NOTHING_READ, (("suffix", ""),), "月报&#x2f;&sol;.xlsx"),
    Case("name_of_suffix_alone", lambda: Table().xlsx(), NOTHING_READ, (("suffix", ""),), ".xlsx"),
)
