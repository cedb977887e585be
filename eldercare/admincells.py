"""What several registers of the admin show in a cell: a state, a person, the way to an upload."""

from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

from eldercare.accounts import User
from eldercare.uploads import Upload


def badge(code: str, label: str) -> str:
    """A state as word, shape and colour."""
    return render_to_string("components/badge.html", {"code": code, "label": label})


def person(user: User | None) -> str:
    """A person by name alone: not everybody who sees the name may open the account."""
    return user.display_name if user else "—"


def page_link(row: Model, text: str = "") -> str:
    """The way to a row's own page in the admin."""
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, text or row)


def upload_link(upload: Upload | None, text: str = "") -> str:
    """The way to the page where an upload was previewed and confirmed, named by its file unless a text is given."""
    if upload is None:
        return "—"
    return format_html('<a href="{}">{}</a>', reverse("upload", args=[upload.pk]), text or upload.filename)
