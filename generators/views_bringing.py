"""Pages on which an administrator brings a generator from outside."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from foreign.refusal import Refused
from jobs.ownership import administrator_required

from . import bringing, cards
from .forms import ForeignForm, ImportForm, UploadForm


@administrator_required
def upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            generator = bringing.bring_weights(
                owner=request.user, file=given["weights"], filename=given["weights"].name, network=given["network"],
                config=given["config"], output=form.output, facts=form.facts,
            )  # fmt: skip
        except Refused as refusal:
            form.add_error("weights", bringing.said(refusal))
        else:
            messages.success(
                request, _("The file fits the architecture. Make a few pictures to see what it does.")
            )
            return redirect("generators:detail", generator.pk)
    return render(request, "generators/upload.html", {"form": form, "way": "weights"})


@administrator_required
def upload_network(request: HttpRequest) -> HttpResponse:
    form = ForeignForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["weights"]
        try:
            generator, trial = bringing.bring_network(
                owner=request.user, file=given, filename=given.name, options=form.options, output=form.output, facts=form.facts
            )  # fmt: skip
        except Refused as refusal:
            form.add_error("weights", bringing.said(refusal))
        else:
            _tell(request, trial, form.options)
            return redirect("generators:detail", generator.pk)
    return render(request, "generators/upload.html", {"form": form, "way": "network"})


def _tell(request: HttpRequest, trial: Any, options: Any) -> None:
    count = len(trial.pictures)
    words = _("The file was checked and drew %(count)d pictures, which are shown below.") % {"count": count}
    messages.success(request, words)
    if trial.doubts_range(options):
        low, high = trial.spanned(options)
        messages.warning(
            request,
            _(
                "Its outputs run from %(low).3g to %(high).3g, and you declared %(from)g to %(to)g. If the pictures look "
                "wrong, bring the file again with the range that it has."
            )
            % {"low": low, "high": high, "from": options.low, "to": options.high},
        )


@administrator_required
def upload_card(request: HttpRequest) -> HttpResponse:
    """Take a generator that was exported, here or on another site."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            with bringing.arrived(form.cleaned_data["file"]) as path:
                generator = cards.read(path, request.user)
        except Refused as refusal:
            form.add_error("file", bringing.said(refusal))
        else:
            messages.success(request, _("The generator was checked and kept, with what its card says."))
            return redirect("generators:detail", generator.pk)
    return render(request, "generators/upload.html", {"form": form, "way": "card"})
