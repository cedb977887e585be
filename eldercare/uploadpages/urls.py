"""Addresses of the spreadsheet intake."""

from django.urls import path

from eldercare.uploadpages.answering import Answer
from eldercare.uploadpages.deciding import Confirm, Undo
from eldercare.uploadpages.files import Annotated, Original
from eldercare.uploadpages.listing import UploadList
from eldercare.uploadpages.preview import Preview
from eldercare.uploadpages.sending import NewUpload
from eldercare.uploadpages.templates import SheetTemplate

urlpatterns = [
    path("", UploadList.as_view(), name="uploads"),
    path("template/", SheetTemplate.as_view(), name="upload-template"),
    path("new/", NewUpload.as_view(), name="upload-new"),
    path("<int:pk>/", Preview.as_view(), name="upload"),
    path("<int:pk>/confirm/", Confirm.as_view(), name="upload-confirm"),
    path("<int:pk>/answers/", Answer.as_view(), name="upload-answers"),
    path("<int:pk>/undo/", Undo.as_view(), name="upload-undo"),
    path("<int:pk>/annotated/", Annotated.as_view(), name="upload-annotated"),
    path("<int:pk>/original/", Original.as_view(), name="upload-original"),
]
