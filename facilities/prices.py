"""What a district reckons a repair costs, so that gaps can be told in money."""

from django.core.validators import MinValueValidator
from django.db import models

from eldercare.regions import Region
from eldercare.scoping import Scoped


class UnitPrice(Scoped):
    """整改单价: yuan for one unit of a kind of repair in one district. Without it gaps are told in ㎡ and beds only."""

    class Of(models.TextChoices):
        GROSS_AREA = "gross_area", "建筑面积（元/㎡）"
        USABLE_AREA = "usable_area", "使用面积（元/㎡）"
        BEDS = "beds", "床位（元/张）"
        NURSING_BEDS = "nursing_beds", "护理型床位（元/张）"

    scope_lookups = ("district__path",)

    district = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区县")
    of = models.CharField("单价对象", max_length=20, choices=Of)
    yuan = models.DecimalField("单价（元）", max_digits=12, decimal_places=2, validators=[MinValueValidator(0)])
    source = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "整改单价"
        ordering = ["district", "of"]
        constraints = [
            models.UniqueConstraint(fields=["district", "of"], name="facilities_unitprice_once"),
            models.CheckConstraint(
                condition=models.Q(yuan__gte=0),
                name="facilities_unitprice_not_negative",
                violation_error_message="单价不能是负数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.get_of_display()}"
