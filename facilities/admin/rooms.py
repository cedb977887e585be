"""Rooms with their usable areas as a form field: one row a printed room, and a line for others; no script needed."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from django import forms
from django.template.loader import render_to_string

from eldercare.sheets.parsing import folded
from facilities.rules import phrases
from facilities.services.seen import NAME, NAMES, is_area
from facilities.services.wording import said_well, tidy

THERE, NOT_THERE = "yes", "no"


class RoomsWidget(forms.Widget):
    """A row a room: 有 or 无 and its ㎡. Its value is what was typed, by row, and the line of other rooms."""

    use_fieldset = True

    def __init__(self, rooms: Iterable[str] = (), attrs=None) -> None:
        super().__init__(attrs)
        self.rooms = tuple(rooms)

    def value_from_datadict(self, data, files, name) -> dict:
        rows = {
            room: (str(data.get(f"{name}-{place}-there", "")), str(data.get(f"{name}-{place}-area", "")).strip())
            for place, room in enumerate(self.rooms)
        }
        return {"rows": rows, "others": str(data.get(f"{name}-others", ""))}

    def value_omitted_from_data(self, data, files, name) -> bool:
        return not any(key.startswith(f"{name}-") for key in data)

    def render(self, name, value, attrs=None, renderer=None) -> str:
        typed = value if isinstance(value, Mapping) and "rows" in value else self.typed(value)
        lines = [
            {"room": room, "name": f"{name}-{place}", "there": there, "area": area}
            for place, (room, (there, area)) in enumerate(typed["rows"].items())
        ]
        context = {"lines": lines, "name": name, "others": typed["others"], "id": (attrs or {}).get("id", name)}
        return render_to_string("components/rooms.html", context)

    def typed(self, rooms: Mapping[str, Decimal | None] | None) -> dict:
        """Recorded rooms as somebody would have typed them; nothing recorded leaves every row open."""
        known = rooms is not None
        rows = {room: self._row(room, rooms) if known else ("", "") for room in self.rooms}
        others = {room: area for room, area in (rooms or {}).items() if room not in self.rooms}
        text = "；".join(f"{room} {phrases.plain(area)}" if area is not None else room for room, area in others.items())
        return {"rows": rows, "others": text}

    def _row(self, room: str, rooms: Mapping[str, Decimal | None]) -> tuple[str, str]:
        if room not in rooms:
            return NOT_THERE, ""
        return THERE, "" if rooms[room] is None else phrases.plain(rooms[room])


class RoomsField(forms.Field):
    """Rooms by name with usable ㎡ (None: there, area unknown). A typed area says that the room is there.

    Nothing typed at all is None. Once one row is answered every printed room must be, because a room that is not listed
    counts as missing and must not become so by being passed over.
    """

    widget = RoomsWidget

    def __init__(self, *, rooms: Iterable[str] = (), **options) -> None:
        self.rooms = tuple(rooms)
        super().__init__(widget=RoomsWidget(self.rooms), **options)

    def clean(self, value) -> dict[str, Decimal | None] | None:
        rows, others = value["rows"], value["others"].strip()
        if not others and not any(there or area for there, area in rows.values()):
            if self.required:
                raise forms.ValidationError("请逐个填写用房。", code="required")
            return None
        problems: list[str] = []
        found = self._printed(rows, problems)
        for part in filter(None, (part.strip() for part in others.replace("\n", "；").replace(";", "；").split("；"))):
            self._other(part, found, problems)
        if len(found) > NAMES:
            problems.append(f"用房最多 {NAMES} 间。")
        if problems:
            raise forms.ValidationError(problems)
        return found

    def has_changed(self, initial, data) -> bool:
        return bool(data and (data["others"].strip() or any(there or area for there, area in data["rows"].values())))

    def _printed(self, rows: Mapping[str, tuple[str, str]], problems: list[str]) -> dict[str, Decimal | None]:
        found: dict[str, Decimal | None] = {}
        passed_over = [room for room, (there, area) in rows.items() if there not in (THERE, NOT_THERE) and not area]
        if passed_over:
            problems.append(f"还没有填“有”或“无”：{phrases.listed(passed_over)}。")
        for room, (there, typed) in rows.items():
            if there == NOT_THERE and typed:
                problems.append(f"{room}填了“无”，又填了面积。")
            elif there == THERE or typed:
                found[room] = self._area(room, typed, problems)
        return found

    def _other(self, part: str, found: dict[str, Decimal | None], problems: list[str]) -> None:
        name, _, area = " ".join(part.split()).rpartition(" ")
        name, area = (name.strip(), area) if name.strip() else (area, "")
        if why := said_well(name, "用房名称", NAME, required=True):
            problems.append(why)
        elif tidy(name) in found or tidy(name) in self.rooms:
            problems.append(f"“{tidy(name)}”已经在上面，不必再写。")
        else:
            found[tidy(name)] = self._area(name, area, problems)

    def _area(self, room: str, typed: str, problems: list[str]) -> Decimal | None:
        if not typed:
            return None
        try:
            area = Decimal(folded(typed).removesuffix("㎡").strip())
        except InvalidOperation:
            area = Decimal(-1)
        if not is_area(area):
            problems.append(f"{room}的使用面积“{typed[:20]}”读不懂：应为不小于 0 的数，最多两位小数。")
        return area
