from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jobs.ownership import administrator_required


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


@administrator_required
def accounts(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")
