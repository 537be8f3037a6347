import errno
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from jobs.ownership import editable_or_404, researcher_required, visible_or_404

from .charts import intensity_chart
from .forms import EditSetForm, NewSetForm
from .intake import remove_forever, start_import
from .models import ImageSet, Origin, Picture
from .staging import Staging, StagingError

PAGE = 40


@researcher_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    visible = ImageSet.objects.visible_to(request.user).filter(trashed__isnull=True)
    chosen = request.GET.get("origin", "")
    shown = visible.filter(origin=chosen) if chosen in Origin.values else visible
    context = {
        "sets": shown.exclude(state=ImageSet.State.FAILED).select_related("owner", "job"),
        "counts": [(value, word, visible.filter(origin=value).count()) for value, word in Origin.choices],
        "total": visible.count(),
        "chosen": chosen,
        "trashed": ImageSet.objects.editable_by(request.user).filter(trashed__isnull=False).count(),
    }
    return render(request, "imagesets/list.html", context)


@researcher_required
def new(request: HttpRequest) -> HttpResponse:
    form = NewSetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            staging = _staged(request, form)
            low, high = form.cleaned_data["intensity_low"], form.cleaned_data["intensity_high"]
            job = start_import(
                staging=staging, owner=request.user, name=form.cleaned_data["name"], origin=form.cleaned_data["origin"],
                intensity=None if low is None else (low, high), unit=form.cleaned_data["intensity_unit"],
                labels_from_folders=form.cleaned_data["labels_from_folders"],
            )  # fmt: skip
            return redirect("imagesets:detail", job.arguments["image_set_pk"])
        except StagingError as error:
            form.add_error("files", str(error))
        except OSError as error:
            form.add_error("files", _disk_words(error))
    return render(request, "imagesets/new.html", {"form": form})


def _staged(request: HttpRequest, form: NewSetForm) -> Staging:
    """The upload that the page's script has sent in batches, or the files of this very request."""
    if form.cleaned_data["token"]:
        staging = Staging(request.user, form.cleaned_data["token"])
    else:
        staging = Staging.new(request.user)
        for file in request.FILES.getlist("files"):
            staging.add(file.name, file.chunks())
    if not staging.exists or not staging.files():
        raise StagingError(_("No file was chosen. Drop files into the box, or choose some."))
    return staging


@researcher_required
@require_POST
def stage(request: HttpRequest) -> HttpResponse:
    """Begin an upload that comes in batches."""
    try:
        return JsonResponse({"token": Staging.new(request.user).token})
    except OSError as error:
        return JsonResponse({"error": _disk_words(error)}, status=507)


@researcher_required
@require_POST
def stage_files(request: HttpRequest, token: str) -> HttpResponse:
    """One batch: files and, in the same order, the names with the folders that they had."""
    try:
        staging = Staging(request.user, token)
        files, names = request.FILES.getlist("files"), request.POST.getlist("names")
        for number, file in enumerate(files):
            staging.add(names[number] if number < len(names) else file.name, file.chunks())
    except StagingError as error:
        return JsonResponse({"error": str(error)}, status=400)
    except OSError as error:
        return JsonResponse({"error": _disk_words(error)}, status=507)
    return JsonResponse({"received": len(files)})


def _disk_words(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _(
            "The disk of the server is full. Nothing was lost; ask the administrator for room, then send again."
        )
    return _("The server could not write the files (%(cause)s). Ask the administrator.") % {
        "cause": error.strerror
    }


@researcher_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    image_set = visible_or_404(ImageSet.objects.select_related("owner", "job"), request.user, pk=pk)
    if image_set.state != ImageSet.State.READY:
        return render(request, "imagesets/building.html", {"set": image_set})
    editable = image_set.is_editable_by(request.user)
    form = EditSetForm(request.POST or None, instance=image_set) if editable else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            form.save()
            messages.success(request, _("Saved."))
            return redirect("imagesets:detail", pk)
    return render(
        request, "imagesets/detail.html", {**_gallery(request, image_set), "form": form, "editable": editable}
    )


def _gallery(request: HttpRequest, image_set: ImageSet) -> dict[str, Any]:
    label = request.GET.get("label")
    rows = image_set.pictures.all() if label is None else image_set.pictures.filter(label=label)
    labels = [(name, count) for name, count in image_set.summary.get("labels", {}).items()]
    return {
        "set": image_set,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "labels": labels if len(labels) > 1 else [],
        "label": label,
        "chart": intensity_chart(
            image_set.summary.get("histogram", {}), image_set.origin, image_set.intensity_unit
        ),
        "parents": image_set.parents.all(),
        "source_is_visible": _translated_from(image_set).visible_to(request.user).exists(),
        "observed": image_set.summary.get("histogram", {}),
    }


def _translated_from(image_set: ImageSet) -> Any:
    """The set whose pictures a network changed into this one's; none for other sets."""
    return ImageSet.objects.filter(pk=image_set.provenance.get("translated_from", 0))


@researcher_required
@require_GET
def picture(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    image_set = visible_or_404(ImageSet.objects.all(), request.user, pk=pk)
    shown = image_set.pictures.filter(position=position).first()
    if shown is None:
        raise Http404
    soft = sorted((shown.soft_label or {}).items(), key=lambda pair: -pair[1])
    context = {
        "set": image_set,
        "picture": shown,
        "soft": soft,
        "before": position - 1,
        "after": position + 1,
    }
    return render(request, "imagesets/picture.html", context)


@researcher_required
@require_GET
@cache_control(private=True, no_cache=True)
def thumbnail(request: HttpRequest, pk: int, size: int) -> HttpResponse:
    from .thumbnails import SIZES
    from .thumbnails import thumbnail as make

    shown = Picture.objects.select_related("image_set").filter(
        pk=pk, image_set__in=ImageSet.objects.visible_to(request.user)
    )
    found = shown.first()
    if found is None or size not in SIZES:
        raise Http404
    return HttpResponse(make(found, size), content_type="image/png")


@researcher_required
@require_GET
def provenance(request: HttpRequest, pk: int) -> HttpResponse:
    image_set = visible_or_404(ImageSet.objects.all(), request.user, pk=pk)
    chain = {
        "name": image_set.name, "origin": image_set.origin, "count": image_set.count, "digest": image_set.digest,
        "intensity": image_set.intensity, "unit": image_set.intensity_unit, "made": image_set.created.isoformat(),
        "provenance": image_set.provenance,
        "parents": [{"name": parent.name, "digest": parent.digest} for parent in image_set.parents.all()],
    }  # fmt: skip
    return JsonResponse(chain, json_dumps_params={"indent": 2})


@researcher_required
@require_POST
def split(request: HttpRequest, pk: int) -> HttpResponse:
    from .splitting import CannotSplit, split_by_patient

    image_set = visible_or_404(ImageSet.objects.usable(), request.user, pk=pk)
    share, seed = request.POST.get("share", ""), request.POST.get("seed", "")
    try:
        if not (share.isdecimal() and 1 <= int(share) <= 99 and seed.isdecimal()):
            raise CannotSplit(_("Give a share from 1 to 99 per cent, and a whole number as seed."))
        training, held_out = split_by_patient(
            image_set, owner=request.user, share=int(share) / 100, seed=int(seed)
        )
    except CannotSplit as error:
        messages.error(request, str(error))
        return redirect("imagesets:detail", pk)
    words = _("“%(a)s” has %(n)d images and “%(b)s” %(m)d.")
    messages.success(
        request, words % {"a": training, "n": training.count, "b": held_out, "m": held_out.count}
    )
    return redirect("imagesets:list")


@researcher_required
@require_POST
def trash(request: HttpRequest, pk: int) -> HttpResponse:
    image_set = editable_or_404(ImageSet.objects.filter(trashed__isnull=True), request.user, pk=pk)
    image_set.trash()
    messages.success(
        request,
        _("“%(name)s” is in the trash. Nothing is deleted yet: open the trash to take it back.")
        % {"name": image_set},
    )
    return redirect("imagesets:list")


@researcher_required
@require_GET
def trashed(request: HttpRequest) -> HttpResponse:
    sets = ImageSet.objects.editable_by(request.user).filter(trashed__isnull=False).select_related("owner")
    return render(request, "imagesets/trash.html", {"sets": sets})


@researcher_required
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    image_set = editable_or_404(ImageSet.objects.filter(trashed__isnull=False), request.user, pk=pk)
    image_set.restore()
    messages.success(request, _("“%(name)s” is back.") % {"name": image_set})
    return redirect("imagesets:detail", pk)


@researcher_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    image_set = editable_or_404(ImageSet.objects.filter(trashed__isnull=False), request.user, pk=pk)
    try:
        remove_forever(image_set)
    except ProtectedError:
        words = _(
            "“%(name)s” is used by a training, an evaluation or a study, which could not be repeated without it. It stays in the trash."
        )
        messages.error(request, words % {"name": image_set})
    else:
        messages.success(request, _("“%(name)s” is deleted.") % {"name": image_set})
    return redirect("imagesets:trash_list")
