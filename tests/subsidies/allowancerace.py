"""Two sheets of one township and month, previewed side by side, and the process that confirms one of them.

`lay` is run by `manage.py shell` with `rounds`; as a script it is started like racing.py by test_allowance_races.py.
"""

import sys

from racing import ACTS, main

PEOPLE = (312, 313)


def lay(rounds: int) -> None:
    """长寿, one township and its official, and for every round a month with two previews."""
    import allowanceground
    import factories
    from django.core.management import call_command

    from eldercare.regions import Region

    call_command("loaddivisions", "--district", "500115", verbosity=0)
    call_command("loadpolicy", "fixtures/changshou-2023", verbosity=0)
    district = Region.objects.get(code="500115")
    town = Region.objects.filter(parent=district).townships().today().order_by("path").first()
    official = factories.user("township", town, "town")
    for turn in range(rounds):
        for people in PEOPLE:
            row = (allowanceground.OLD, "90—95岁", people, people * 100, "")
            upload = allowanceground.staged(town, official, row, month=month_of(turn))
            assert upload.status == "staged", upload.problems


def month_of(turn: int):
    """A month of its own for every round."""
    from datetime import date

    return date(2024 + turn // 12, turn % 12 + 1, 1)


def confirming(turn: int, place: int):
    """The process's own preview of the round's month."""
    from eldercare import uploads
    from eldercare.accounts import User
    from eldercare.uploads import Upload

    upload = Upload.objects.filter(period=month_of(turn)).order_by("pk")[place]
    return lambda: uploads.confirm(upload, by=User.objects.get(username="town"))


ACTS["confirming"] = confirming

if __name__ == "__main__":
    main(*sys.argv[1:])
