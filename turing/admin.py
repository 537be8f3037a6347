from django.contrib import admin
from django.http import HttpRequest

from .models import Amendment, Answer, Case, EndAnswer, Reader, Session, Stage, Study, Supply, Trial


class LookOnly(admin.ModelAdmin):
    """Events and what a launch froze: an administrator may look, through here nobody may change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


admin.site.register(
    [Study, Supply, Amendment, Case, Reader, Session, Stage, Trial, Answer, EndAnswer], LookOnly
)
