"""How each planned facility fared: the month in which it reached each stage. Nothing is drawn by lot.

Months count from January 2020 as 1; 0 and below lie before the year, None means "not in this year".
"""

from dataclasses import dataclass

from facilities.kinds import FacilityType, Operation, Stage

FIRST_ACCEPTANCE = 6  # the standard is in force from 2020-06-10


@dataclass(frozen=True, slots=True)
class Course:
    """One facility's way. `review` is how far its acceptance got by the end of the year when it is not accepted.

    `flaw` names what is wrong with it, `hand` who runs it once it runs.
    """

    sited: int | None = None
    building: int | None = None
    completed: int | None = None
    accepted: int | None = None
    operating: int | None = None
    suspended: int | None = None
    review: str = ""
    flaw: str = ""
    hand: str = Operation.VILLAGE

    def stage(self, month: int) -> Stage:
        """The stage at the end of a month."""
        reached = [
            (self.suspended, Stage.SUSPENDED),
            (self.operating, Stage.OPERATING),
            (self.accepted, Stage.ACCEPTED),
            (self.completed, Stage.COMPLETED),
            (self.building, Stage.BUILDING),
            (self.sited, Stage.SITED),
        ]
        return next((stage for since, stage in reached if since is not None and since <= month), Stage.UNSITED)


def waiting(completed: int, review: str = "", flaw: str = "") -> Course:
    """Completed and not accepted."""
    return Course(completed - 5, completed - 3, completed, review=review, flaw=flaw)


def running(
    completed: int, wait: int = 0, hand: str = Operation.VILLAGE, suspended: int | None = None, review: str = ""
) -> Course:
    """Accepted the month after completion, once there is a standard, and opened `wait` months later."""
    accepted = max(completed + 1, FIRST_ACCEPTANCE)
    return Course(
        completed - 5, completed - 3, completed, accepted, accepted + wait, suspended, review=review, hand=hand
    )


def accepted(completed: int, flaw: str = "") -> Course:
    """Accepted, not opened within the year."""
    return Course(completed - 5, completed - 3, completed, completed + 1, flaw=flaw)


def building(since: int) -> Course:
    return Course(since - 2, since)


def sited(since: int) -> Course:
    return Course(since)


UNSITED = Course()
SOCIAL, AIDED = Operation.PUBLIC_BUILT_PRIVATE_RUN, Operation.PRIVATE_BUILT_PUBLIC_AIDED
# In the order of the rows of the annex that plans them.
COURSES = {
    (FacilityType.VILLAGE_POINT, 2019): (
        running(0), running(0, 1), running(-1), running(1), running(1), running(2, review="again"), running(2, 1),
        running(3), running(3, hand=AIDED), running(4), running(4, 1), running(5, suspended=10), running(5),
        running(6), waiting(8, "draft"), running(7), running(7, 1, hand=AIDED), accepted(8), waiting(9),
        accepted(9), waiting(10, "submitted"),
    ),
    (FacilityType.VILLAGE_POINT, 2020): (
        running(8), running(9), sited(9), UNSITED, accepted(10), building(9), waiting(10, "submitted"), UNSITED,
        sited(8), building(7), waiting(11), sited(10), building(10), UNSITED, accepted(9), sited(7), building(8),
        waiting(11, "draft"), UNSITED, sited(11), building(9), UNSITED, waiting(10, "resubmitted", "no_fire_proof"),
        sited(10),
    ),
    (FacilityType.VILLAGE_POINT, 2021): (accepted(9),),
    (FacilityType.VILLAGE_POINT, 2022): (accepted(10),),
    (FacilityType.STREET_CENTRE, 2019): (accepted(9, "small"),),
    (FacilityType.STREET_CENTRE, 2020): (waiting(9, "returned", "no_care_zone"),),
    (FacilityType.COMMUNITY_STATION, 2019): (
        running(3, hand=SOCIAL), running(2, hand=SOCIAL), waiting(9, "submitted", "few_elders"),
        running(4, hand=SOCIAL),
    ),
    (FacilityType.COMMUNITY_STATION, 2020): (
        running(8, hand=SOCIAL), building(8), running(9, 1, hand=SOCIAL),
        waiting(11, "consent", "narrow"), sited(9), UNSITED,
    ),
    (FacilityType.TOWNSHIP_CENTRE, 2019): (
        running(2, hand=SOCIAL), running(4, 1, hand=Operation.PUBLIC), running(7), waiting(9, "reviewing", "no_data"),
    ),
    (FacilityType.TOWNSHIP_CENTRE, 2020): (
        building(8), running(9, hand=SOCIAL), building(7), waiting(10, "draft"), sited(8), building(10), UNSITED,
    ),
    (FacilityType.MEDICAL_ELDERLY_INSTITUTION, 2020): (building(9), sited(7)),
}  # fmt: skip


def course(type_: str, year: int, position: int) -> Course:
    """The course of the n-th facility of a type planned for a year; past the end of the table they start over."""
    table = COURSES[FacilityType(type_), year]
    return table[position % len(table)]
