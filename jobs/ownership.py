"""Who may see and change a row. Here because jobs is the lowest app: every other app imports it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _


class OwnedQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "OwnedQuerySet":
        """A maker's own rows, what others share, and everything for administrators. Readers see nothing here."""
        if not user.is_authenticated or not user.is_researcher:
            return self.none()
        if user.is_administrator:
            return self
        return self.filter(models.Q(owner=user) | models.Q(is_shared=True))

    def editable_by(self, user: Any) -> "OwnedQuerySet":
        if not user.is_authenticated or not user.is_researcher:
            return self.none()
        return self if user.is_administrator else self.filter(owner=user)


class Owned(models.Model):
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    is_shared = models.BooleanField(
        _("shared"), default=False, help_text=_("Other researchers may see it and use it, not change it.")
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        abstract = True

    def is_editable_by(self, user: Any) -> bool:
        return user.is_administrator or (user.is_researcher and self.owner_id == user.pk)


def visible_or_404(rows: Any, user: Any, **lookup: Any) -> Any:
    """The row, or the same 404 whether it does not exist or belongs to someone else."""
    return _one_or_404(rows.visible_to(user), lookup)


def editable_or_404(rows: Any, user: Any, **lookup: Any) -> Any:
    return _one_or_404(rows.editable_by(user), lookup)


def named(rows: Any, text: str) -> Any:
    """The row whose number an address gives; None for any other text."""
    return rows.filter(pk=int(text)).first() if is_number(text) else None


def is_number(text: str) -> bool:
    """Whether a database can look for it as the number of a row."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def _one_or_404(rows: Any, lookup: dict[str, Any]) -> Any:
    row = rows.filter(**lookup).first()
    if row is None:
        raise Http404
    return row


View = Callable[..., HttpResponse]


def researcher_required(view: View) -> View:
    return _role_required(view, "is_researcher")


def administrator_required(view: View) -> View:
    return _role_required(view, "is_administrator")


def _role_required(view: View, fact: str) -> View:
    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not getattr(request.user, fact):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked
