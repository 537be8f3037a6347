import tempfile

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from generators import cards
from generators.models import Generator
from jobs.ownership import researcher_required, visible_or_404
from metrics.listing import list_rows

from .cards import evaluations_of, made_by, record_of, studies_of


@researcher_required
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """A generator with everything that this site knows of it."""
    generator = _visible(request, pk)
    context = {
        "generator": generator,
        "editable": generator.is_editable_by(request.user),
        "facts": cards.card_of(generator, []),
        "made": made_by(generator, request.user)[:12],
        "rows": list_rows(evaluations_of(generator, request.user)[:50]),
        "studies": studies_of(generator, request.user)[:50],
    }
    return render(request, "evalsite/generator_card.html", context)


@researcher_required
@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    generator = _visible(request, pk)
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    cards.write(generator, record_of(generator, request.user), file)
    file.seek(0)
    name = f"{slugify(generator.name) or 'generator'}-{generator.pk}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


def _visible(request: HttpRequest, pk: int) -> Generator:
    rows = Generator.objects.usable().select_related("training_set", "owner")
    return visible_or_404(rows, request.user, pk=pk)
