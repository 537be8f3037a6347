from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from imagesets.models import ImageSet
from jobs.ownership import editable_or_404, is_number, named, researcher_required, visible_or_404

from . import production
from .catalogue import NETWORKS
from .charts import loss_chart
from .editor import described
from .forms import CardForm, TrainForm
from .forms_making import MakeForm
from .models import Generator, Run
from .recipes import Recipe
from .training_log import badness


@researcher_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    runs = (
        Run.objects.visible_to(request.user).filter(generator__isnull=True).select_related("job", "image_set")
    )
    context = {
        "generators": Generator.objects.visible_to(request.user)
        .usable()
        .select_related("training_set", "owner"),
        "runs": runs,
    }
    return render(request, "generators/list.html", context)


@researcher_required
def train(request: HttpRequest, network: str) -> HttpResponse:
    if network not in NETWORKS:
        raise Http404
    form = TrainForm(network, request.user, request.POST or None, initial=_training_start(request, network))
    if request.method == "POST" and form.is_valid():
        run = production.start_training(
            name=form.cleaned_data["name"], owner=request.user, network=network,
            image_set=form.cleaned_data["image_set"], options=form.options, training=form.training,
            second_set=form.cleaned_data.get("second_set"), starts_from=form.cleaned_data.get("starts_from"),
        )  # fmt: skip
        return redirect("generators:run", run.pk)
    context = {"form": form, "entry": NETWORKS[network], "without_range": _without_range(request)}
    return render(request, "generators/train.html", context)


def _without_range(request: HttpRequest) -> ImageSet | None:
    """The set that the form was opened from, where its missing range keeps it out of the choice."""
    chosen = named(ImageSet.objects.visible_to(request.user).usable(), request.GET.get("set", ""))
    return chosen if chosen and chosen.intensity is None else None


def _training_start(request: HttpRequest, network: str) -> dict[str, Any]:
    """A form opened from a set begins with what fits that set."""
    start: dict[str, Any] = {"name": _(NETWORKS[network].title)}
    chosen = named(ImageSet.objects.visible_to(request.user).usable(), request.GET.get("set", ""))
    if chosen and (first := chosen.pictures.first()):
        start |= {"image_set": chosen.pk, "option_channels": first.channels}
        start["option_size"] = 32 if max(first.width, first.height) <= 40 else 64
    return start


@researcher_required
@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "generators/run.html", _run_context(request, pk))


@researcher_required
@require_GET
def run_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of a run's page that changes while it trains."""
    return render(request, "generators/_run_progress.html", _run_context(request, pk))


def _run_context(request: HttpRequest, pk: int) -> dict[str, Any]:
    run = visible_or_404(Run.objects.select_related("job", "image_set", "generator"), request.user, pk=pk)
    log, watched = run.log(), run.watched()
    by = run.training.get("best_by", "distance")
    return {
        "watched": watched,
        "best": min(watched, key=lambda row: badness(row, by)) if watched else None,
        "run": run,
        "log": log,
        "last": log[-1] if log else None,
        "chart": loss_chart(log),
        "snapshots": run.snapshots,
    }


@researcher_required
@require_GET
def snapshot(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    run = visible_or_404(Run.objects, request.user, pk=pk)
    if name not in run.snapshots:  # a name from the folder's own listing, so no path can leave it
        raise Http404
    return FileResponse((run.folder / "samples" / name).open("rb"), content_type="image/png")


@researcher_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    generator = visible_or_404(Generator.objects.usable(), request.user, pk=pk)
    start = {"image_set": request.GET.get("set")} if is_number(request.GET.get("set", "")) else {}
    form = MakeForm(generator, request.user, request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        job = production.start_making_all(generator=generator, owner=request.user, **form.cleaned_data)
        messages.success(request, _("The pictures are being made. You can leave this page."))
        return redirect("imagesets:detail", job.arguments["image_set_pk"])
    made = ImageSet.objects.visible_to(request.user).usable().filter(provenance__generator=generator.pk)
    context = {
        "generator": generator,
        "form": form,
        "made": made,
        "editable": generator.is_editable_by(request.user),
        "steps": described(Recipe.from_dict(generator.recipe)) if generator.recipe else [],
    }
    return render(request, "generators/detail.html", context)


@researcher_required
@require_POST
def share(request: HttpRequest, pk: int) -> HttpResponse:
    generator = editable_or_404(Generator.objects.usable(), request.user, pk=pk)
    generator.is_shared = request.POST.get("shared") == "yes"
    generator.save(update_fields=["is_shared"])
    return redirect("generators:detail", pk)


@researcher_required
@require_POST
def trash(request: HttpRequest, pk: int) -> HttpResponse:
    generator = editable_or_404(Generator.objects.usable(), request.user, pk=pk)
    generator.trash()
    messages.success(
        request, _("“%(name)s” is in the trash; the sets that it made stay.") % {"name": generator}
    )
    return redirect("generators:list")


@researcher_required
@require_GET
@cache_control(private=True, no_cache=True)
def grid(request: HttpRequest, pk: int) -> HttpResponse:
    generator = visible_or_404(Generator.objects.usable(), request.user, pk=pk)
    if generator.grid_path is None or not generator.grid_path.is_file():
        raise Http404
    return FileResponse(generator.grid_path.open("rb"), content_type="image/png")


@researcher_required
def edit_card(request: HttpRequest, pk: int) -> HttpResponse:
    generator = editable_or_404(Generator.objects.usable(), request.user, pk=pk)
    start = {name: getattr(generator, name) for name in CardForm.FACTS}
    form = CardForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        Generator.objects.filter(pk=generator.pk).update(**form.facts)
        return redirect("generator_card", generator.pk)
    return render(request, "generators/edit_card.html", {"form": form, "generator": generator})
