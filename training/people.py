"""People of rosters: trained workers and members of village teams. Phone and certificate are personal data."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from eldercare.personal import PersonalText, masked
from eldercare.regions import Region
from eldercare.scoping import Scoped
from eldercare.signatures import both, moment, person, together
from training.quotas import TrainingRole

ERASED_NAME = "（已按期清除）"


class Person(Scoped):
    """名册人员: one person of one district. Once the retention time is over the name and numbers go, the counts stay.

    `unit` is where the person is now; moves and corrections are training.changes. An entry that turned out to be somebody
    who is registered already stays as a row, merged into the other.
    """

    scope_lookups = ("district__path",)

    district = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区县")
    unit = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在单位（区划）"
    )
    unit_name = models.CharField("所在单位", max_length=60, blank=True)
    name = models.CharField("姓名", max_length=40)
    phone = PersonalText("联系电话", blank=True)
    phone_digest = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    erased_at = moment("清除时间")
    erased_by = person("清除人")
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="并入", editable=False
    )
    merged_at = moment("合并时间")
    merged_by = person("合并人")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "名册人员"
        ordering = ["district", "unit_name", "name", "pk"]
        permissions = [
            ("see_personal_data", "查看完整的电话和证书编号"),
            ("erase_personal_data", "清除到期的个人信息"),
        ]
        indexes = [models.Index(fields=["district", "name"], name="training_person_by_name")]
        constraints = [
            models.CheckConstraint(condition=together("erased"), name="training_person_erased_by_someone"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(phone="", phone_digest=""),
                name="training_person_erased_without_numbers",
            ),
            models.CheckConstraint(condition=together("merged"), name="training_person_merged_by_someone"),
            models.CheckConstraint(
                condition=both("merged", set_=True) & Q(merged_into__isnull=False)
                | both("merged", set_=False) & Q(merged_into__isnull=True),
                name="training_person_merged_into_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def unit_shown(self) -> str:
        """Where the person is: the township or village, or the printed name of another unit."""
        return str(self.unit) if self.unit else self.unit_name

    @property
    def masked_phone(self) -> str:
        """The phone as everybody may see it."""
        return masked(self.phone)


class Certificate(Scoped):
    """证书: what a person holds for a role, from a day until a day."""

    scope_lookups = ("person__district__path",)

    person = models.ForeignKey(Person, models.PROTECT, related_name="certificates", verbose_name="姓名")
    role = models.CharField("培训对象", max_length=20, choices=TrainingRole)
    title = models.CharField("证书名称", max_length=60, blank=True)
    number = PersonalText("证书编号", blank=True)
    number_digest = models.CharField(max_length=64, blank=True, editable=False)
    issuer = models.CharField("发证单位", max_length=60, blank=True)
    issued_on = models.DateField("发证日期", null=True, blank=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "证书"
        ordering = ["person", "role", "issued_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["number_digest"],
                condition=~Q(number_digest=""),
                name="training_certificate_number_once",
                violation_error_message="这个证书编号已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True) | Q(expires_on__isnull=True) | Q(expires_on__gte=models.F("issued_on")),
                name="training_certificate_ends_after_it_begins",
                violation_error_message="有效期不能早于发证日期。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person} {self.title or self.get_role_display()}"

    @property
    def masked_number(self) -> str:
        """The number as everybody may see it."""
        return masked(self.number)

    def is_valid_on(self, day) -> bool:
        """Whether the certificate holds on a day; one without an expiry date holds for ever."""
        return (self.issued_on is None or self.issued_on <= day) and (self.expires_on is None or self.expires_on >= day)
