"""The admin's front page: what waits for the person first, then the registers in the order of the bureau's work."""

from django.apps import apps
from django.contrib.admin import AdminSite

from eldercare import desk


class PortalSite(AdminSite):
    """Apps stand in the order of the settings with the kernel last; registers as each app's `register_order` says."""

    site_title = site_header = "养老服务设施管理后台"
    index_title = "登记与审核"
    empty_value_display = "—"
    enable_nav_sidebar = True

    def index(self, request, extra_context=None):
        return super().index(request, {"waiting": desk.waiting_for(request.user), **(extra_context or {})})

    def get_app_list(self, request, app_label=None):
        """The apps a person may open; what an app does not name follows in alphabetical order."""
        order = [*(config.label for config in apps.get_app_configs() if config.label != "eldercare"), "eldercare"]
        found = sorted(super().get_app_list(request, app_label), key=lambda app: order.index(app["app_label"]))
        for app in found:
            named = getattr(apps.get_app_config(app["app_label"]), "register_order", ())
            place = {name: number for number, name in enumerate(named)}
            app["models"].sort(key=lambda row: place.get(row["object_name"], len(place)))
        return found
