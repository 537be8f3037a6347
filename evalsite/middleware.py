"""What every request and every answer goes through, beside Django's own."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.cache import patch_cache_control

Answering = Callable[[HttpRequest], HttpResponse]


class NoNul:
    """Drops NUL from what is typed and asked: SQLite would keep it, PostgreSQL refuses the whole statement.

    Views that are exempt from the CSRF check take anybody's post, so they read it themselves, once they know whose it is."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _given: Any, _named: Any) -> None:
        request.GET = without_nul(request.GET)
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            request.POST = without_nul(request.POST)


def without_nul(typed: QueryDict) -> QueryDict:
    if not any("\0" in value for _name, values in typed.lists() for value in values):
        return typed
    kept = QueryDict(mutable=True, encoding=typed.encoding)
    for name, values in typed.lists():
        kept.setlist(name, [value.replace("\0", "") for value in values])
    return kept


class PrivateByDefault:
    """Pages name people, patients' keys and what only their owner may see: no cache keeps an answer that does not say otherwise."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response:
            patch_cache_control(response, private=True, no_store=True)
        return response
