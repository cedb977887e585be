"""Every address of the API; the composition of the apps' endpoints."""

from django.contrib.auth.decorators import login_not_required, login_required
from django.urls import path, re_path

from eldercare.api.coverage import Coverage
from eldercare.api.docs import Docs, Schema, unknown
from eldercare.api.policies import Policies
from eldercare.api.regions import Regions
from facilities.api import Facilities, Findings, Standards
from plans.api import PlanTargets, Progress
from subsidies.api import SubsidyClaims, SubsidyPayments
from training.api import TrainingQuotas

ENDPOINTS = (
    Regions,
    Policies,
    Standards,
    Facilities,
    Findings,
    PlanTargets,
    Progress,
    SubsidyClaims,
    SubsidyPayments,
    TrainingQuotas,
    Coverage,
)

urlpatterns = [
    path("schema/", Schema.as_view(), name="api-schema"),
    path("docs/", login_required(Docs.as_view(url_name="api-schema")), name="api-docs"),
    *(path(f"{view.name}/", view.as_view(), name=f"api-{view.name}") for view in ENDPOINTS),
    # With the slash only, so that an address without one is still sent to the address with it.
    re_path(r"^(?:.*/)?$", login_not_required(unknown), name="api-unknown"),
]
