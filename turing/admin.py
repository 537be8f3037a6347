from django.contrib import admin
from django.http import HttpRequest

from .models import Answer, Case, Reader, Session, Study, Trial


class LookOnly(admin.ModelAdmin):
    """Events and what a launch froze: an administrator may look, through here nobody may change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


admin.site.register([Study, Case, Reader, Session, Trial, Answer], LookOnly)
