"""The admin with the portal's own site."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Django's admin, its front page arranged for a bureau."""

    default_site = "eldercare.adminsite.PortalSite"
