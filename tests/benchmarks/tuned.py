"""django-import-export as a careful administrator tunes it: its own admin pages, preview and confirmation over HTTP.

Rows are written in bulk, in batches of a thousand; instances and foreign keys are looked up once and kept; no HTML
comparison and no log entry a row. Where few rows differ, unchanged ones are skipped and not listed; `skip_diff` must then
stay off, because it disables `skip_unchanged` silently. Where all rows differ, `skip_diff` saves the comparison.

It does the work that the monthly sheet does, each part in its cheapest form: every row is checked by the model's own
validators and for parts within wholes, without the queries that `clean_model_instances` would cost a row; the
confirmation, not the preview, writes the dated records with what they assert and the cells it came from, closes those
before them, and leaves one line of audit. Previews, questions of scope and the page of old → new it leaves out.
`imported(…, bare=True)` writes the register alone.
"""

import json
from datetime import date
from functools import cache
from io import BytesIO
from types import ModuleType

import ground

COLUMNS = (
    "code", "name", "type", "district", "township", "village", "planned_year", "stage", "progress", "gross_area",
    "usable_area", "beds", "nursing_beds", "zones", "operation", "invested", "remark",
)  # fmt: skip
RELATIONS = ("district", "township", "village")
BATCH = 1000
FEW = 10
"""Where few rows changed, it is each tenth."""


def imported(rows: list[dict], *, few: bool, day: date, bare: bool = False) -> float:
    """Seconds of its preview and its confirmation through HTTP; nothing is kept. `few` when most rows are unchanged.

    Dated records hold from `day` on.
    """
    from django.db import transaction
    from django.test import override_settings

    content = _workbook(rows)
    with override_settings(ROOT_URLCONF=_urls(few, None if bare else day)), transaction.atomic():
        client = _administrator()
        took = ground.seconds(lambda: _confirm(client, _preview(client, content)))[0]
        _check(rows, None if bare else day, few)
        transaction.set_rollback(True)
    return took


def row_of(facility, **changed) -> dict:
    """A facility as a row of its file: regions by code, the rest as it stands."""
    held = {name: getattr(facility, name) for name in COLUMNS} | changed
    held["zones"] = json.dumps(held["zones"], ensure_ascii=False)
    return held | {name: held[name] and held[name].code for name in RELATIONS}


def _workbook(rows: list[dict]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    tab = book.create_sheet("facilities")
    tab.append(COLUMNS)
    for row in rows:
        tab.append([row[name] for name in COLUMNS])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _preview(client, content: bytes) -> dict:
    from django.core.files.uploadedfile import SimpleUploadedFile

    response = client.post(
        "/tuned/facilities/facility/import/", {"import_file": SimpleUploadedFile("f.xlsx", content), "format": "0"}
    )
    form = response.context.get("confirm_form")
    assert form is not None, response.context["result"].row_errors()[:1]
    return form.initial


def _confirm(client, fields: dict) -> None:
    response = client.post("/tuned/facilities/facility/process_import/", fields)
    assert response.status_code == 302, response.content[:500]
    ground.check_keys()


def _check(rows: list[dict], day: date | None, few: bool) -> None:
    """It must have written what was measured."""
    from facilities.models import Facility, FacilityRecord

    first = Facility.objects.get(code=rows[0]["code"])
    assert first.progress == rows[0]["progress"]
    assert Facility.objects.filter(code__in=[row["code"] for row in rows[:500]]).count() == len(rows[:500])
    if day is not None:
        written = FacilityRecord.objects.filter(effective_on=day, upload=None, facility__township=first.township)
        assert written.count() == (len(range(0, len(rows), FEW)) if few else len(rows))


@cache
def _urls(few: bool, day: date | None) -> str:
    """The name of a module of addresses with the package's admin beside the portal's own."""
    import sys

    from django.contrib.admin import AdminSite
    from django.urls import include, path

    from facilities.models import Facility

    site = AdminSite(name="tuned")
    site.register(Facility, _admin(few, day))
    module = ModuleType(f"tuned_addresses_{few}_{day}")
    module.urlpatterns = [path("tuned/", site.urls), path("", include("eldercare.urls"))]
    sys.modules[module.__name__] = module
    return module.__name__


def _admin(few: bool, day: date | None) -> type:
    from django.contrib.admin import ModelAdmin
    from import_export.admin import ImportMixin
    from import_export.formats.base_formats import XLSX

    class FacilityAdmin(ImportMixin, ModelAdmin):
        resource_classes = (_resource(few, day),)
        formats = (XLSX,)
        skip_admin_log = True

    return FacilityAdmin


def _resource(few: bool, day: date | None) -> type:
    import dated
    from import_export.fields import Field
    from import_export.instance_loaders import CachedInstanceLoader
    from import_export.resources import ModelResource
    from import_export.widgets import ForeignKeyWidget

    from eldercare.regions import Region
    from facilities.models import Facility

    class ByCode(ForeignKeyWidget):
        """A region by its code, out of all of them read once."""

        held: dict | None = None

        def clean(self, value, row=None, **kwargs):
            if self.held is None:
                self.held = {region.code: region for region in Region.objects.all()}
            return self.held[str(value)] if value else None

    class FacilityResource(ModelResource):
        district, township, village = (
            Field(column_name=name, attribute=name, widget=ByCode(Region, "code")) for name in RELATIONS
        )

        class Meta:
            model = Facility
            fields = COLUMNS
            import_id_fields = ("code",)
            instance_loader_class = CachedInstanceLoader
            use_bulk = True
            batch_size = BATCH
            skip_html_diff = True
            skip_diff = not few
            skip_unchanged = few
            report_skipped = not few

        def get_queryset(self):
            return super().get_queryset().select_related(*RELATIONS)

        def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
            if day is not None:
                dated.validate(instance)
            super().validate_instance(instance, import_validation_errors, validate_unique)

        def before_import(self, dataset, **kwargs):
            self.saved = []
            super().before_import(dataset, **kwargs)

        def after_save_instance(self, instance, row, **kwargs):
            self.saved.append((kwargs["row_number"], instance))

        def after_import(self, dataset, result, **kwargs):
            if day is not None and not kwargs["dry_run"]:
                dated.write(self.saved, day, kwargs["user"])
            super().after_import(dataset, result, **kwargs)

    return FacilityResource


def _administrator():
    from django.test import Client

    from eldercare.accounts import User

    name = "tuned-administrator"
    account = User.objects.filter(username=name).first() or User.objects.create_superuser(name, password=None)
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client
