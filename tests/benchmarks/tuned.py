"""django-import-export as a careful administrator tunes it: its own admin pages, on the same rows of the register.

Rows are written in bulk, in batches of a thousand; instances and foreign keys are looked up once and kept; no HTML
comparison and no log entry a row. Where few rows differ, unchanged ones are skipped; `skip_diff` must then stay off,
because it disables `skip_unchanged` silently. Where all rows differ, `skip_diff` saves the comparison.
It writes the register alone: no dated records, no cells, no audit.
"""

import json
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


def imported(rows: list[dict], *, few: bool) -> float:
    """Seconds of its preview and its confirmation through HTTP; nothing is kept. `few` when most rows are unchanged."""
    from django.db import transaction
    from django.test import override_settings

    content = _workbook(rows)
    with override_settings(ROOT_URLCONF=_urls(few)), transaction.atomic():
        client = _administrator()
        took = ground.seconds(lambda: _confirm(client, _preview(client, content)))[0]
        _check(rows)
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


def _check(rows: list[dict]) -> None:
    """It must have written what was measured."""
    from facilities.models import Facility

    last = rows[-1]
    assert Facility.objects.get(code=last["code"]).progress == last["progress"]
    assert Facility.objects.filter(code__in=[row["code"] for row in rows[:500]]).count() == len(rows[:500])


@cache
def _urls(few: bool) -> str:
    """The name of a module of addresses with the package's admin beside the portal's own."""
    import sys

    from django.contrib.admin import AdminSite
    from django.urls import include, path

    from facilities.models import Facility

    site = AdminSite(name="tuned")
    site.register(Facility, _admin(few))
    module = ModuleType(f"tuned_addresses_{few}")
    module.urlpatterns = [path("tuned/", site.urls), path("", include("eldercare.urls"))]
    sys.modules[module.__name__] = module
    return module.__name__


def _admin(few: bool) -> type:
    from django.contrib.admin import ModelAdmin
    from import_export.admin import ImportMixin
    from import_export.formats.base_formats import XLSX

    class FacilityAdmin(ImportMixin, ModelAdmin):
        resource_classes = (_resource(few),)
        formats = (XLSX,)
        skip_admin_log = True

    return FacilityAdmin


def _resource(few: bool) -> type:
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

        def get_queryset(self):
            return super().get_queryset().select_related(*RELATIONS)

    return FacilityResource


def _administrator():
    from django.test import Client

    from eldercare.accounts import User

    name = "tuned-administrator"
    account = User.objects.filter(username=name).first() or User.objects.create_superuser(name, password=None)
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client
