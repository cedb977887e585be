"""/standards/: the clauses that facilities are measured by."""

from collections.abc import Callable
from datetime import date

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from eldercare.api.fields import Field, coded, unit
from eldercare.api.parameters import Query, as_of, one_of
from eldercare.api.policies import DistrictList
from eldercare.policies import unpack
from facilities.kinds import FacilityType
from facilities.models import Requirement, StandardEdition
from facilities.rules.catalogue import KIND_LABELS, SUBJECTS
from facilities.rules.modality import LABELS as MODALITIES

BASES = {"gross": "建筑面积", "usable": "使用面积", "unqualified": "面积（未注明口径）"}


def _stated(key: str) -> Callable[[dict], object]:
    """Reader of one value of a requirement as its policy folder states it."""
    return lambda body: unpack(body).get(key)


def _later_begun(day) -> QuerySet:
    """The editions of the same district that took an edition's place by a day."""
    since = Coalesce(OuterRef("edition__valid_from"), Value(date.min), output_field=DateField())
    same = StandardEdition.objects.filter(policy__district=OuterRef("edition__policy__district"))
    return same.filter(valid_from__lte=day, valid_from__gt=since)


def _begun_before() -> QuerySet:
    """The editions of the same district that begin before an edition; the first, which has none, applies before its day too."""
    same = StandardEdition.objects.filter(policy__district=OuterRef("edition__policy__district"))
    return same.filter(Q(valid_from__isnull=True) | Q(valid_from__lt=OuterRef("edition__valid_from")))


class Standards(DistrictList):
    """The clauses of the standards of the caller's districts."""

    name = "standards"
    title = "标准条款"
    about = "各区县设施标准的条款，含印发用词和约束程度。value 为主要限值，例外与适用条件见 exceptions 和 when。"
    filters = (
        one_of("type", "设施类型代码：只列适用于该类设施的条款", FacilityType),
        as_of("只列当日有效的标准版本；早于首个版本的日期列首个版本，核查也按它"),
    )
    fields = (
        Field("policy", "政策", ("edition__policy__slug",)),
        *unit("district", "区县", "edition__policy__district"),
        Field("edition", "标准版本", ("edition__key",)),
        Field("valid_from", "生效日期", ("edition__valid_from",), kind="date"),
        Field("valid_to", "失效日期", ("edition__valid_to",), kind="date"),
        Field("requirement", "条款标识", ("key",)),
        Field("label", "要求"),
        Field("clause", "条款"),
        coded("subject", "对象", SUBJECTS),
        coded("applies_to", "适用设施类型", FacilityType, kind="list"),
        coded("kind", "类别", KIND_LABELS),
        coded("modality", "约束程度", MODALITIES),
        Field("wording", "印发用词"),
        Field("operator", "比较符", ("body",), read=_stated("operator")),
        Field("value", "限值", ("body",), kind="any", read=_stated("value")),
        Field("unit", "单位", ("body",), read=_stated("unit")),
        coded("basis", "面积口径", BASES, "body", read=_stated("basis")),
        Field("each", "逐项要求", ("body",), kind="any", read=_stated("each")),
        Field("when", "适用条件", ("body",), kind="any", read=_stated("when")),
        Field("exceptions", "例外", ("body",), kind="any", read=_stated("exceptions")),
    )

    def visible(self, query: Query) -> QuerySet:
        rows = Requirement.objects.visible_to(query.user)
        return rows.order_by("edition__policy__slug", "edition__valid_from", "edition", "position")

    def found(self, query: Query) -> QuerySet:
        rows = super().found(query)
        if day := query.as_of:
            begun = Q(edition__valid_from__isnull=True) | Q(edition__valid_from__lte=day) | ~Exists(_begun_before())
            rows = rows.filter(begun, ~Exists(_later_begun(day)))
            rows = rows.filter(Q(edition__valid_to__isnull=True) | Q(edition__valid_to__gt=day))
        if type_ := query.get("type"):
            # JSON is searched as text, alike on both databases; quotes keep a code from matching inside another.
            rows = rows.annotate(types=Cast("applies_to", TextField())).filter(types__contains=f'"{type_}"')
        return rows
