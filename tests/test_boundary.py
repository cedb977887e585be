"""The boundary, address by address: every role at home, the same role elsewhere, and nobody.

A new address without a line here fails. Letters: `.` answered, `x` let in but the bare request was not a good one (400, 405,
409, 422), `3` forbidden, `4` does not exist for this person, `1` no credentials, `L` sent to sign in.
"""

import copy
import datetime
import json
import re

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from factories import facility, user

from eldercare import tokens
from eldercare.accounts import ROLES
from eldercare.adminbase import owned
from eldercare.names import RegionAlias
from eldercare.regions import PopulationFact, Region
from eldercare.review import ReviewEvent
from eldercare.uploads import Upload
from facilities.models import (
    AcceptanceReview,
    Attachment,
    Declaration,
    Exemption,
    Facility,
    FacilityRecord,
    OperatorContract,
    Rectification,
    ServiceLink,
    UnitPrice,
    Waiver,
    ZoneAlias,
)
from plans.models import ChaseNote, PeriodException, ProgressReport, ReportingPeriod
from subsidies.models import AllowanceTotal, Budget, Payment, SubsidyClaim, SubsidyScheme
from training.models import Certificate, Person, PersonChange, TeamMember, TrainingSession

CODES = [role.code for role in ROLES]
# The administrator sees everything, so there is no elsewhere for that role.
ELSEWHERE = [code for code in CODES if code != "admin"]
# What a stranger must never read.
SECRETS = ("边界内的互助点", "边界内的月报.xlsx", "铁佛村")
OK, ODD, FORBIDDEN, ABSENT, UNKNOWN, LOGIN = ".x341L"

# address: what is asked for (own objects in braces)
ASKED = {
    "home": "/",
    "login": "/accounts/login/",
    "logout": "POST /accounts/logout/",
    "password_change": "/accounts/password/",
    "help": "/help/",
    "healthz": "/healthz",
    "dashboard": "/dashboard/",
    "district": "/dashboard/500156/",
    "figure": "/dashboard/500156/figures/coverage.village/",
    "township": "/dashboard/500156/{township}/",
    "facility-file": "/dashboard/500156/facilities/{code}/",
    "gaps": "/dashboard/500156/gaps/",
    "township-gaps": "/dashboard/500156/{township}/gaps/",
    "reporting": "/dashboard/500156/reporting/",
    "money": "/dashboard/500156/money/",
    "training": "/dashboard/500156/training/",
    "teams": "/dashboard/500156/teams/",
    "township-teams": "/dashboard/500156/{township}/teams/",
    "reporting-print": "/dashboard/500156/reporting/print/",
    "reporting-export": "/dashboard/500156/reporting/export/",
    "reporting-chase": "POST /dashboard/500156/reporting/chases/?month=2020-11",
    "allowances": "/dashboard/500156/allowances/",
    "allowances-export": "/dashboard/500156/allowances/export/",
    "township-allowances": "/dashboard/500156/{township}/allowances/",
    "township-allowances-template": "/dashboard/500156/{township}/allowances/template/",
    "uploads": "/uploads/",
    "upload-template": "/uploads/template/?kind=progress&period=2020-11&township={township}",
    "upload-new": "POST /uploads/new/?kind=progress&period=2020-11&township={township}",
    "policies": "/policies/",
    "policy": "/policies/wulong-2020/",
    "upload": "/uploads/{upload}/",
    "upload-confirm": "POST /uploads/{upload}/confirm/",
    "upload-undo": "POST /uploads/{upload}/undo/",
    "upload-answers": "POST /uploads/{upload}/answers/",
    "upload-annotated": "/uploads/{upload}/annotated/",
    "upload-original": "/uploads/{upload}/original/",
    "api-schema": "/api/v1/schema/",
    "api-docs": "/api/v1/docs/",
    "api-unknown": "/api/v1/nothing/",
    "api-regions": "/api/v1/regions/?township={township}",
    "api-policies": "/api/v1/policies/?district=500156",
    "api-standards": "/api/v1/standards/?district=500156",
    "api-facilities": "/api/v1/facilities/?township={township}",
    "api-findings": "/api/v1/findings/?township={township}",
    "api-plan-targets": "/api/v1/plan-targets/?township={township}",
    "api-progress": "/api/v1/progress/?township={township}",
    "api-subsidy-claims": "/api/v1/subsidy-claims/?township={township}",
    "api-subsidy-payments": "/api/v1/subsidy-payments/?township={township}",
    "api-training-quotas": "/api/v1/training-quotas/?township={township}",
    "api-coverage": "/api/v1/coverage/?township={township}",
    "admin:index": "/admin/",
    "admin:login": "/admin/login/",
    "admin:logout": "POST /admin/logout/",
    "admin:password_change": "/admin/password_change/",
    "admin:password_change_done": "/admin/password_change/done/",
    "admin:autocomplete": "/admin/autocomplete/?app_label=facilities&model_name=servicelink&field_name=region&term=铁佛",
    "admin:jsi18n": "/admin/jsi18n/",
    "admin:app_list": "/admin/facilities/",
    "admin:view_on_site": "/admin/r/{facility_type}/{facility}/",
    "admin:auth_user_password_change": "/admin/eldercare/user/{user}/password/",
    "admin:facilities_facility_open_review": "POST /admin/facilities/facility/{facility}/open-review/",
    "admin:facilities_facility_file": "/admin/facilities/facility/{facility}/file/",
    "admin:facilities_acceptancereview_form": "/admin/facilities/acceptancereview/{review}/form/",
    "admin:facilities_standardedition_whatif": "/admin/facilities/standardedition/{edition}/whatif/",
    "admin:facilities_acceptancereview_propose_waiver": "POST /admin/facilities/acceptancereview/{review}/waivers/",
    "admin:facilities_acceptancereview_decide_waiver": (
        "POST /admin/facilities/acceptancereview/{review}/waivers/{waiver}/"
    ),
    "admin:facilities_acceptancereview_send_back": "POST /admin/facilities/acceptancereview/{review}/send-back/",
    "admin:facilities_acceptancereview_visit": "/admin/facilities/acceptancereview/{review}/visit/",
    "admin:facilities_attachment_attach": "POST /admin/facilities/attachment/attach/?facility={facility}",
    "admin:facilities_attachment_file": "/admin/facilities/attachment/{attachment}/file/",
    "admin:facilities_attachment_take_out": "POST /admin/facilities/attachment/{attachment}/take-out/",
    "admin:facilities_declaration_units": "/admin/facilities/declaration/units/?district=500156",
    "admin:facilities_acceptancereview_rectify": "POST /admin/facilities/acceptancereview/{review}/rectify/",
    "admin:facilities_rectification_print": "/admin/facilities/rectification/print/",
    "admin:facilities_rectification_export": "/admin/facilities/rectification/export/",
    "admin:subsidies_subsidyclaim_candidates": "/admin/subsidies/subsidyclaim/candidates/?district=500156",
    "admin:subsidies_subsidyclaim_draft": "POST /admin/subsidies/subsidyclaim/draft/?district=500156",
    "admin:subsidies_subsidyclaim_form": "/admin/subsidies/subsidyclaim/{claim}/form/",
    "admin:subsidies_subsidyclaim_voucher": "/admin/subsidies/subsidyclaim/{claim}/vouchers/1/",
    "admin:subsidies_budget_board": "/admin/subsidies/budget/board/?district=500156",
    "admin:subsidies_budget_exposure": "/admin/subsidies/budget/exposure/?district=500156",
    "admin:subsidies_payment_export": "/admin/subsidies/payment/export/",
    "admin:plans_plantable_edit": "/admin/plans/plantable/{plantable}/edit/",
    "admin:plans_plantable_import": "POST /admin/plans/plantable/{plantable}/import/",
    "admin:plans_plantable_export": "/admin/plans/plantable/{plantable}/export/",
    "admin:training_quotatable_edit": "POST /admin/training/quotatable/{quotatable}/edit/",
    "admin:training_quotatable_import": "/admin/training/quotatable/{quotatable}/import/",
    "admin:training_quotatable_export": "/admin/training/quotatable/{quotatable}/export/",
    "admin:eldercare_populationfact_export": "/admin/eldercare/populationfact/export/?format=csv",
    "admin:eldercare_populationfact_import": "POST /admin/eldercare/populationfact/import/",
    "admin:eldercare_populationfact_import_template": "/admin/eldercare/populationfact/import/template/",
    "admin:eldercare_regionalias_export": "/admin/eldercare/regionalias/export/?format=csv",
    "admin:eldercare_regionalias_import": "POST /admin/eldercare/regionalias/import/",
    "admin:eldercare_regionalias_import_template": "/admin/eldercare/regionalias/import/template/",
    "admin:facilities_exemption_export": "/admin/facilities/exemption/export/?format=csv",
    "admin:facilities_exemption_import": "POST /admin/facilities/exemption/import/",
    "admin:facilities_exemption_import_template": "/admin/facilities/exemption/import/template/",
    "admin:facilities_operatorcontract_export": "/admin/facilities/operatorcontract/export/?format=csv",
    "admin:facilities_operatorcontract_import": "POST /admin/facilities/operatorcontract/import/",
    "admin:facilities_operatorcontract_import_template": "/admin/facilities/operatorcontract/import/template/",
    "admin:facilities_servicelink_export": "/admin/facilities/servicelink/export/?format=csv",
    "admin:facilities_servicelink_import": "POST /admin/facilities/servicelink/import/",
    "admin:facilities_servicelink_import_template": "/admin/facilities/servicelink/import/template/",
    "admin:facilities_unitprice_export": "/admin/facilities/unitprice/export/?format=csv",
    "admin:facilities_unitprice_import": "POST /admin/facilities/unitprice/import/",
    "admin:facilities_unitprice_import_template": "/admin/facilities/unitprice/import/template/",
    "admin:eldercare_region_export": "/admin/eldercare/region/export/?format=csv",
    "admin:facilities_declaration_export": "/admin/facilities/declaration/export/?format=csv",
    "admin:facilities_facility_export": "/admin/facilities/facility/export/?format=csv",
    "admin:plans_plantarget_export": "/admin/plans/plantarget/export/?format=csv",
    "admin:training_person_due": "/admin/training/person/due/",
    "admin:training_person_export": "/admin/training/person/export/",
    "admin:training_person_export_whole": "POST /admin/training/person/export-whole/",
    "admin:training_person_reveal": "POST /admin/training/person/{person}/reveal/",
    "admin:training_person_erase": "POST /admin/training/person/{person}/erase/",
    "admin:training_person_transfer": "POST /admin/training/person/{person}/transfer/",
    "admin:training_person_correct": "POST /admin/training/person/{person}/correct/",
    "admin:training_person_merge": "POST /admin/training/person/{person}/merge/",
    "admin:training_person_retract": "POST /admin/training/person/{person}/retract/",
    "admin:training_teammember_answers": "POST /admin/training/teammember/answers/",
    "admin:training_teammember_correct": "POST /admin/training/teammember/{member}/correct/",
    "admin:training_teammember_leave": "POST /admin/training/teammember/{member}/leave/",
    "admin:training_trainingsession_print_list": "/admin/training/trainingsession/print/",
    "admin:training_trainingsession_roster": "/admin/training/trainingsession/{session}/roster/",
    "admin:training_trainingsession_template": "/admin/training/trainingsession/{session}/template/",
    "admin:training_trainingsession_answers": "POST /admin/training/trainingsession/{session}/answers/",
    "admin:training_trainingsession_print": "/admin/training/trainingsession/{session}/print/",
    "admin:training_trainingsession_export": "/admin/training/trainingsession/{session}/export/",
    "admin:training_trainingsession_cancel": "POST /admin/training/trainingsession/{session}/cancel/",
    "admin:training_certificate_print": "/admin/training/certificate/print/",
    "admin:training_certificate_export": "/admin/training/certificate/export/",
    "admin:training_trainingquota_export": "/admin/training/trainingquota/export/?format=csv",
}
# address: clerk reviewer approver township leader apiclient admin | the same roles elsewhere, admin left out | nobody
TABLE = """
home                                      ....... | ...... | L
login                                     ....... | ...... | .
logout                                    LLLLLLL | LLLLLL | L
password_change                           ....... | ...... | L
help                                      ....... | ...... | L
healthz                                   ....... | ...... | .
dashboard                                 .....4. | .....4 | L
district                                  ...4.4. | 444444 | L
figure                                    ...4.4. | 444444 | L
township                                  .....4. | 444444 | L
facility-file                             .....4. | 444444 | L
gaps                                      ...4.4. | 444444 | L
township-gaps                             .....4. | 444444 | L
reporting                                 ...4.4. | 444444 | L
money                                     ...4.4. | 444444 | L
training                                  ...4.4. | 444444 | L
teams                                     ...4.4. | 444444 | L
township-teams                            .....4. | 444444 | L
reporting-print                           ...4.4. | 444444 | L
reporting-export                          ...4.4. | 444444 | L
reporting-chase                           x334343 | 444444 | L
allowances                                ...4.4. | 444444 | L
allowances-export                         ...4.4. | 444444 | L
township-allowances                       .....4. | 444444 | L
township-allowances-template              x44x444 | 444444 | L
policies                                  ...333. | ...333 | L
policy                                    ...333. | 444333 | L
uploads                                   ....33. | ....33 | L
upload-template                           .33.333 | 433433 | L
upload-new                                x33x333 | 433433 | L
upload                                    ....33. | 444433 | L
upload-confirm                            x33x333 | 444433 | L
upload-undo                               x33x333 | 444433 | L
upload-answers                            4444334 | 444433 | L
upload-annotated                          ....33. | 444433 | L
upload-original                           ....33. | 444433 | L
api-schema                                ....... | ...... | 1
api-docs                                  ....... | ...... | L
api-unknown                               4444444 | 444444 | 4
api-regions                               ....... | 444444 | 1
api-policies                              ...4... | 444444 | 1
api-standards                             ...4... | 444444 | 1
api-facilities                            ....... | 444444 | 1
api-findings                              ....... | 444444 | 1
api-plan-targets                          ....... | 444444 | 1
api-progress                              ....... | 444444 | 1
api-subsidy-claims                        ....... | 444444 | 1
api-subsidy-payments                      ....... | 444444 | 1
api-training-quotas                       ....... | 444444 | 1
api-coverage                              ....... | 444444 | 1
admin:index                               ...LLL. | ...LLL | L
admin:login                               ...333. | ...333 | L
admin:logout                              LLLLLLL | LLLLLL | L
admin:password_change                     ....... | ...... | L
admin:password_change_done                ...LLL. | ...LLL | L
admin:autocomplete                        ...LLL. | ...LLL | L
admin:jsi18n                              ...LLL. | ...LLL | L
admin:app_list                            ...LLL. | ...LLL | L
admin:view_on_site                        444LLL4 | 444LLL | L
admin:auth_user_password_change           333LLL. | 444LLL | L
admin:facilities_facility_open_review     .33LLL3 | 444LLL | L
admin:facilities_facility_file            ...LLL. | 444LLL | L
admin:facilities_acceptancereview_form    ...LLL. | 444LLL | L
admin:facilities_standardedition_whatif   ...LLL. | 444LLL | L
admin:facilities_acceptancereview_propose_waiver 3.3LLL3 | 444LLL | L
admin:facilities_acceptancereview_decide_waiver 3..LLL3 | 444LLL | L
admin:facilities_acceptancereview_send_back 3.3LLL3 | 444LLL | L
admin:facilities_acceptancereview_visit   3.3LLL3 | 444LLL | L
admin:facilities_attachment_attach        ..3LLL3 | 444LLL | L
admin:facilities_attachment_file          ...LLL. | 444LLL | L
admin:facilities_attachment_take_out      ..3LLL3 | 444LLL | L
admin:facilities_declaration_units        ...LLL. | 444LLL | L
admin:facilities_acceptancereview_rectify ..3LLL3 | 444LLL | L
admin:facilities_rectification_print      ...LLL. | ...LLL | L
admin:facilities_rectification_export     ...LLL. | ...LLL | L
admin:subsidies_subsidyclaim_candidates   ...LLL. | 444LLL | L
admin:subsidies_subsidyclaim_draft        .33LLL3 | .33LLL | L
admin:subsidies_subsidyclaim_form         ...LLL. | 444LLL | L
admin:subsidies_subsidyclaim_voucher      ...LLL. | 444LLL | L
admin:subsidies_budget_board              ...LLL. | 444LLL | L
admin:subsidies_budget_exposure           ...LLL. | 444LLL | L
admin:subsidies_payment_export            ...LLL. | ...LLL | L
admin:plans_plantable_edit                .33LLL3 | 444LLL | L
admin:plans_plantable_import              x33LLL3 | 444LLL | L
admin:plans_plantable_export              ...LLL. | 444LLL | L
admin:training_quotatable_edit            x33LLL3 | 444LLL | L
admin:training_quotatable_import          .33LLL3 | 444LLL | L
admin:training_quotatable_export          ...LLL. | 444LLL | L
admin:eldercare_populationfact_export     ...LLL. | ...LLL | L
admin:eldercare_populationfact_import     x33LLL3 | x33LLL | L
admin:eldercare_populationfact_import_template .33LLL3 | .33LLL | L
admin:eldercare_regionalias_export        ...LLL. | ...LLL | L
admin:eldercare_regionalias_import        x33LLL3 | x33LLL | L
admin:eldercare_regionalias_import_template .33LLL3 | .33LLL | L
admin:facilities_exemption_export         ...LLL. | ...LLL | L
admin:facilities_exemption_import         x33LLL3 | x33LLL | L
admin:facilities_exemption_import_template .33LLL3 | .33LLL | L
admin:facilities_operatorcontract_export  ...LLL. | ...LLL | L
admin:facilities_operatorcontract_import  x33LLL3 | x33LLL | L
admin:facilities_operatorcontract_import_template .33LLL3 | .33LLL | L
admin:facilities_servicelink_export       ...LLL. | ...LLL | L
admin:facilities_servicelink_import       x33LLL3 | x33LLL | L
admin:facilities_servicelink_import_template .33LLL3 | .33LLL | L
admin:facilities_unitprice_export         ...LLL. | ...LLL | L
admin:facilities_unitprice_import         x33LLL3 | x33LLL | L
admin:facilities_unitprice_import_template .33LLL3 | .33LLL | L
admin:eldercare_region_export             ...LLL. | ...LLL | L
admin:facilities_declaration_export       ...LLL. | ...LLL | L
admin:facilities_facility_export          ...LLL. | ...LLL | L
admin:plans_plantarget_export             ...LLL. | ...LLL | L
admin:training_person_due                 ...LLL. | ...LLL | L
admin:training_person_export              ...LLL. | ...LLL | L
admin:training_person_export_whole        .33LLL3 | .33LLL | L
admin:training_person_reveal              .33LLL3 | 444LLL | L
admin:training_person_erase               33.LLL3 | 444LLL | L
admin:training_person_transfer            .33LLL3 | 433LLL | L
admin:training_person_correct             .33LLL3 | 433LLL | L
admin:training_person_merge               .33LLL3 | 433LLL | L
admin:training_person_retract             .33LLL3 | 433LLL | L
admin:training_teammember_answers         433LLL3 | 433LLL | L
admin:training_teammember_correct         x33LLL3 | 433LLL | L
admin:training_teammember_leave           x33LLL3 | 433LLL | L
admin:training_trainingsession_print_list ...LLL. | ...LLL | L
admin:training_trainingsession_roster     .33LLL3 | 444LLL | L
admin:training_trainingsession_template   .33LLL3 | 444LLL | L
admin:training_trainingsession_answers    433LLL3 | 444LLL | L
admin:training_trainingsession_print      ...LLL. | 444LLL | L
admin:training_trainingsession_export     ...LLL. | 444LLL | L
admin:training_trainingsession_cancel     .33LLL3 | 444LLL | L
admin:training_certificate_print          ...LLL. | ...LLL | L
admin:training_certificate_export         ...LLL. | ...LLL | L
admin:training_trainingquota_export       ...LLL. | ...LLL | L
"""
EXPECTED = {line.split()[0]: "".join(line.split()[1:]) for line in TABLE.strip().splitlines()}
ADMIN_PAGE = re.compile(r"admin:(?P<model>[a-z]+_[a-z]+)_(?P<page>changelist|add|change|delete|history|move)$")


def addresses(resolver=None, prefix="", space=""):
    """(name or pattern, pattern) of every address of the project."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = prefix + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from addresses(entry, pattern, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif entry.name:
            yield f"{space}{entry.name}", pattern
        else:
            yield pattern, pattern


NAMES = [name for name, _ in addresses()]
REGISTERED = {model._meta.app_label + "_" + model._meta.model_name: model for model in admin.site._registry}
PAGES = sorted(name for name in NAMES if ADMIN_PAGE.match(name))
# The admin's doors, which are the portal's; the admin's own redirect from any address without its slash.
REDIRECTS = {"admin/login/", "admin/logout/", "admin/password_change/", "admin/(?P<url>.*)$"}


# Catalogues that every district reads.
SHARED = {"facilities.FunctionZone"}


@pytest.fixture
def home(wulong, baima):
    """What belongs to 白马镇 of 武隆: one row of every kind that the loaded policy does not bring."""
    clerk = user(None, wulong, "maker")
    village = baima.children.filter(kind="village").first()
    point = facility(baima, name=SECRETS[0], stage="completed", village=village)
    dated = {"recorded_by": clerk, "starts_on": datetime.date(2020, 1, 1)}
    OperatorContract.objects.create(facility=point, operator="某公司", operation="public", **dated)
    Declaration.objects.create(facility=point, fact="facility.has_capacity", value=True, **dated)
    ServiceLink.objects.create(facility=point, region=village, **dated)
    Exemption.objects.create(region=village, reason="to_be_merged", **dated)
    UnitPrice.objects.create(district=wulong, of="beds", yuan=3000, source="造价")
    case = AcceptanceReview.objects.create(facility=point, created_by=clerk)
    waiver = Waiver.objects.create(
        review=case, facility=point, requirement="point.area", edition="wulong-2020", label="面积", clause="二(二)",
        justification="用地受限，可以共用村级活动场所", submitted_by=clerk, proposed_by=user(None, wulong, "proposer"),
    )  # fmt: skip
    paper = Attachment(facility=point, filename=SECRETS[1], content_type="image/png", size=1, sha256="0" * 64)
    paper.attached_by = clerk
    paper.file.save("x.png", ContentFile(b"x"))
    Rectification.objects.create(
        facility=point, label=SECRETS[0], problem="堆放杂物", measure="清理", owner="白马镇", opened_by=clerk,
        due_on=datetime.date(2020, 12, 1),
    )  # fmt: skip
    ZoneAlias.objects.create(policy=wulong.policies.get(), listed="健身康复", counted="医疗康复")
    RegionAlias.objects.create(district=wulong, name="白马", region=baima)
    PopulationFact.objects.create(region=baima, counted_on=datetime.date(2020, 1, 1), total=9000, source="统计公报")
    period = ReportingPeriod.objects.create(
        district=wulong, month=datetime.date(2020, 11, 1), due_on=datetime.date(2020, 12, 5)
    )
    ProgressReport.objects.create(period=period, township=baima)
    about = {"period": period, "township": baima}
    PeriodException.objects.create(**about, until=datetime.date(2020, 12, 9), reason=SECRETS[0], allowed_by=clerk)
    ChaseNote.objects.create(
        **about, chased_on=datetime.date(2020, 12, 7), way="phone", note=SECRETS[0], recorded_by=clerk
    )
    claim = _paid_claim(wulong, point, clerk)
    AllowanceTotal.objects.create(
        scheme=claim.scheme,
        township=baima,
        month=period.month,
        band=SECRETS[0],
        people=1,
        amount=100,
        recorded_by=clerk,
    )
    tokens.issue(clerk, days=30)
    ReviewEvent(model="facilities.facility", object_id=point.pk, object_name="某事", verb="x", label="某动作").save()
    upload = Upload(
        kind="progress", region=baima, district=wulong, period=period.month, filename=SECRETS[1], sha256="0" * 64, size=1,
        status="refused", error_total=1, uploaded_by=clerk,
    )  # fmt: skip
    upload.file.save("x.csv", ContentFile("设施编码\n".encode()), save=False)
    upload.save()
    person = Person.objects.create(district=wulong, name=SECRETS[0], unit_name="白马镇")
    Certificate.objects.create(person=person, role="caregiver", title=SECRETS[0])
    member = TeamMember.objects.create(
        village=Region.objects.get(short_name=SECRETS[2], parent=baima),
        kind="assistant",
        person=person,
        recorded_by=clerk,
    )
    day = datetime.date(2020, 6, 30)
    session = TrainingSession.objects.create(
        district=wulong, title=SECRETS[0], role="caregiver", starts_on=day, ends_on=day, created_by=clerk
    )
    session.attendances.create(person=person, unit=baima, unit_name="白马镇", completed=True, recorded_by=clerk)
    return {
        "person": person.pk,
        "member": member.pk,
        "session": session.pk,
        "township": baima.code, "upload": upload.pk, "facility": point.pk, "user": clerk.pk,
        "review": case.pk, "waiver": waiver.pk, "attachment": paper.pk,
        "code": point.code, "edition": wulong.policies.get().standard_editions.get().pk,
        "plantable": wulong.policies.get().plantables.get(annex="2").pk,
        "quotatable": wulong.policies.get().quotatables.get(annex="5").pk,
        "claim": claim.pk,
        "facility_type": ContentType.objects.get_for_model(point).pk,
    }  # fmt: skip


def _paid_claim(district, point, clerk) -> SubsidyClaim:
    """A claim with one entry in its ledger; the paper trail is written past the door."""
    claim = SubsidyClaim.objects.create(
        scheme=SubsidyScheme.objects.filter(policy__district=district).first(), district=district, facility=point,
        township=point.township, key=point.code, year=2020, amount=100, created_by=clerk,
    )  # fmt: skip
    budget = Budget.objects.create(district=district, year=2020, source="district", planned=100)
    Payment.objects.create(
        claim=claim, budget=budget, number=1, amount=60, balance=60, ceiling=100, on=datetime.date(2020, 12, 1),
        voucher=SECRETS[0], recorded_by=clerk,
    )  # fmt: skip
    return claim


@pytest.fixture
def visitors(wulong, baima, jiangkou):
    """Signed-in clients: each role at home, each role elsewhere, and nobody."""
    other = Region.objects.get(code="500238")
    here = [_client(user(code, baima if code == "township" else wulong)) for code in CODES]
    there = [_client(user(code, jiangkou if code == "township" else other)) for code in ELSEWHERE]
    return here, there, Client()


def _client(account) -> Client:
    client = Client()
    client.account = account
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def visit(client: Client, asked: str) -> tuple[str, bytes]:
    """The letter of the answer and its body; whatever the request did is undone."""
    method, _, url = asked.rpartition(" ")
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        if method == "POST":
            path, _, query = url.partition("?")
            response = client.post(path, dict(part.split("=") for part in query.split("&") if part))
        else:
            response = client.get(url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    client.cookies = cookies
    return _letter(response), body


def _letter(response) -> str:
    status = response.status_code
    if status in (301, 302):
        return LOGIN if "login/" in response.url else OK
    known = {403: FORBIDDEN, 404: ABSENT, 401: UNKNOWN, 400: ODD, 405: ODD, 409: ODD, 422: ODD}
    return known.get(status, OK if status < 300 else str(status))


def tells(body: bytes) -> bool:
    """Whether a secret stands in a body, as text or as JSON escapes it."""
    return any(form in body for secret in SECRETS for form in (secret.encode(), json.dumps(secret)[1:-1].encode()))


def answers(visitors, asked: str) -> str:
    """The line of the table for one address, after a look for secrets in what strangers were given."""
    here, there, nobody = visitors
    lines = ["".join(visit(client, asked)[0] for client in here)]
    away = [visit(client, asked) for client in there]
    lines.append("".join(letter for letter, _ in away))
    letter, body = visit(nobody, asked)
    for told in (*(body for _, body in away), body):
        assert not tells(told), f"{asked} tells a stranger"
    return "|".join([*lines, letter])


def test_every_address_has_its_line():
    known = {name for name in NAMES if ADMIN_PAGE.match(name)} | set(ASKED) | REDIRECTS
    new = {name for name in NAMES if name not in known and not name.endswith("/<path:object_id>/")}
    assert not new, f"say in ASKED and TABLE who may open: {sorted(new)}"
    assert set(ASKED) <= set(NAMES), f"no such address any more: {sorted(set(ASKED) - set(NAMES))}"
    assert set(EXPECTED) == set(ASKED)


def test_addresses_answer_each_person_as_the_table_says(home, visitors):
    found = {name: answers(visitors, asked.format(**home)) for name, asked in ASKED.items()}
    wrong = [f"{name:42}{line.replace('|', ' | ')}" for name, line in found.items() if line != EXPECTED.get(name)]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("label", REGISTERED)
def test_admin_pages_open_by_permission_and_in_scope_only(label, home, visitors):
    model = REGISTERED[label]
    here, there, nobody = visitors
    wrong = []
    for name in (name for name in PAGES if ADMIN_PAGE.match(name)["model"] == label):
        page = ADMIN_PAGE.match(name)["page"]
        asked = _admin_address(name, page, model)
        for client in (*here, *there):
            letter, body = visit(client, asked)
            allowed = _allowed(client.account, model, page, at_home=client in here)
            if letter not in allowed:
                wrong.append(
                    f"{name} {client.account} {'here' if client in here else 'elsewhere'}: {letter}, not {allowed}"
                )
            if client in there and tells(body):
                wrong.append(f"{name} tells {client.account} elsewhere")
        assert visit(nobody, asked)[0] == LOGIN
    assert not wrong, "\n".join(wrong)


def _admin_address(name: str, page: str, model: type[models.Model]) -> str:
    if page in ("changelist", "add"):
        return reverse(name)
    row = _own_row(model)
    url = reverse(name, args=[row.pk])
    return f"POST {url}?verb=nothing&version=0" if page == "move" else url


def _own_row(model: type[models.Model]) -> models.Model:
    """A row of 武隆, or any row of a model that belongs to nobody; a row that cannot exist when there is none."""
    rows = model._default_manager.all()
    if owned(model):
        rows = rows.under(Region.objects.get(code="500156"))
    row = rows.first()
    assert row is not None or not owned(model), f"add a {model._meta.label} to the fixture `home`"
    return row if row is not None else model(pk=999_999)


def _allowed(account, model, page: str, *, at_home: bool) -> str:
    """The letters that a person may be answered with on an admin page."""
    if not account.is_staff:
        return LOGIN
    verbs = {"add": ("add",), "delete": ("delete",)}.get(page, ("view", "change"))
    names = {f"{model._meta.app_label}.{verb}_{model._meta.model_name}" for verb in verbs}
    shared = model._meta.label in SHARED
    nobodys = not owned(model) and not shared and not account.sees_everything
    if nobodys or not names & set(account.roles[0].permissions):
        return FORBIDDEN + ABSENT
    if page in ("changelist", "add"):
        return OK if page == "changelist" else OK + FORBIDDEN
    there = OK if at_home or shared else ABSENT
    return there + FORBIDDEN if page == "delete" else there


def test_foreign_posts_change_nothing(home, visitors):
    before = _rows()
    _, there, nobody = visitors
    posts = [ASKED[name].format(**home) for name in ASKED if ASKED[name].startswith("POST /") and "logout" not in name]
    for client in (*there, nobody):
        for asked in posts:
            path, _, query = asked.removeprefix("POST ").partition("?")
            client.post(path, dict(part.split("=") for part in query.split("&") if part))
    assert _rows() == before


def _rows() -> dict:
    kept = (
        ChaseNote,
        PeriodException,
        Upload,
        ProgressReport,
        AcceptanceReview,
        Attachment,
        Facility,
        FacilityRecord,
        Rectification,
        SubsidyClaim,
        Person,
        PersonChange,
        TeamMember,
        TrainingSession,
        Waiver,
    )
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in kept}
