from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from jobs.ownership import researcher_required


@researcher_required
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html", {"title": _("Nothing here yet")})
