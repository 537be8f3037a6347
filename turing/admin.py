from django.contrib import admin
from django.db.models import QuerySet
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


class AfterTheClose(LookOnly):
    """Rows that hold the truth or what was answered: of an open study nobody sees them. `way` leads from the row to its study."""

    way = "study"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).exclude(**{f"{self.way}__state": Study.State.OPEN})


class OfSession(AfterTheClose):
    way = "session__reader__study"


admin.site.register([Study, Supply, Amendment, Reader, Session, Stage], LookOnly)
admin.site.register([Case], AfterTheClose)
admin.site.register([Trial, Answer, EndAnswer], OfSession)
