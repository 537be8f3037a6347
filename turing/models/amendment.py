"""What changed after a study's launch: a new version of its protocol, never an edit of the old one."""

from django.conf import settings
from django.db import models

from ..append_only import AppendOnly
from .study import Study


class Amendment(AppendOnly):
    """A change of an open study's protocol, with its reason: version 2 and later."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="amendments")
    number = models.PositiveIntegerField()
    protocol = models.JSONField()
    digest = models.CharField(max_length=64)
    reason = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["study", "number"]
        constraints = [models.UniqueConstraint(fields=["study", "number"], name="one_amendment_a_number")]

    def __str__(self) -> str:
        return f"{self.study_id} v{self.number}"
