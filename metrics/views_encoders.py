"""The encoders of the site, and how an administrator brings one as an ONNX file."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from foreign.refusal import Refused, filled
from jobs.ownership import administrator_required, researcher_required

from .encoders.foreign import installed, remove
from .encoders.registry import ENCODERS, get_encoder
from .forms_encoders import EncoderForm
from .protocol_words import told


@researcher_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    folder = Path(settings.ENCODERS_DIR)
    ours = [(entry, get_encoder(entry.name, folder=folder)) for entry in ENCODERS.values()]
    context = {
        "ours": [
            {
                "title": _(entry.title),
                "encoder": encoder,
                "reason": _why_not(encoder),
                "preprocessing": told(encoder.protocol()["preprocessing"]),
                "weights": encoder.protocol()["weights"],
            }
            for entry, encoder in ours
        ],
        "brought": [
            {
                "title": encoder.title,
                "encoder": encoder,
                "reason": _why_not(encoder),
                "preprocessing": told(encoder.protocol()["preprocessing"]),
                "weights": encoder.protocol()["weights"],
            }
            for encoder in installed(folder)
        ],
    }
    return render(request, "metrics/encoders.html", context)


@administrator_required
def new(request: HttpRequest) -> HttpResponse:
    form = EncoderForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            encoder = form.install(Path(settings.ENCODERS_DIR))
        except Refused as refusal:
            form.add_error("file", filled(_(refusal.words), refusal.values))
        else:
            words = _("“%(title)s” was tried and kept: %(count)s features of each picture.")
            messages.success(request, words % {"title": encoder.title, "count": f"{encoder.dimension:,}"})
            return redirect("metrics:encoders")
    return render(request, "metrics/encoder_new.html", {"form": form})


@administrator_required
@require_POST
def discard(request: HttpRequest, name: str) -> HttpResponse:
    try:
        remove(name, Path(settings.ENCODERS_DIR))
    except Refused as refusal:
        messages.warning(request, filled(_(refusal.words), refusal.values))
    else:
        messages.success(
            request,
            _("“%(name)s” was removed. Reports made with it keep its digest and preprocessing.")
            % {"name": name},
        )
    return redirect("metrics:encoders")


def _why_not(encoder: Any) -> str:
    reason = encoder.available()
    return _(reason) if reason else ""
