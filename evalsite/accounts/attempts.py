"""How often a password may be guessed: ten times in a quarter of an hour from one address, a hundred times from anywhere.

Two limits, so that somebody else's guesses do not lock a person out at the first wrong ones. Kept as digests: people type
passwords into the field of the name.
"""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from evalsite.models import FailedLogIn

WITHIN = timedelta(minutes=15)
FROM_ONE_ADDRESS, FROM_ANYWHERE = 10, 100


def too_many(request: HttpRequest, name: str) -> bool:
    recent = FailedLogIn.objects.filter(at__gt=timezone.now() - WITHIN)
    near, all_ = _digests(request, name)
    return recent.filter(digest=near).count() >= FROM_ONE_ADDRESS or recent.filter(digest=all_).count() >= FROM_ANYWHERE  # fmt: skip


def note(request: HttpRequest, name: str) -> None:
    now = timezone.now()
    FailedLogIn.objects.filter(at__lt=now - WITHIN).delete()
    FailedLogIn.objects.bulk_create(FailedLogIn(digest=one, at=now) for one in _digests(request, name))


def forget(request: HttpRequest, name: str) -> None:
    """After a right password from this address."""
    FailedLogIn.objects.filter(digest=_digests(request, name)[0]).delete()


def _digests(request: HttpRequest, name: str) -> tuple[str, str]:
    name = name.casefold()
    return _digest(f"{_address(request)} {name}"), _digest(name)


def _digest(text: str) -> str:
    return salted_hmac("evalsite.accounts.attempts", text, algorithm="sha256").hexdigest()


def _address(request: HttpRequest) -> str:
    """Behind a proxy the last address that it wrote down itself; earlier ones are the visitor's own words."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
