from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from imagesets.models import ImageSet
from jobs.ownership import is_number, named, researcher_required, visible_or_404

from . import production
from .catalogue import CLASSICAL, MIXING, NETWORKS, STEPS
from .editor import Editor, sets_to_try
from .models import Generator
from .parameters import UnusableInput
from .previews import folder_of
from .previews import preview as make_preview
from .recipes import InvalidRecipe, Recipe, Step, json_schema

LARGEST_FILE = 1_000_000  # bytes; a recipe of 50 steps has about 20,000
SHOWN_OF_A_METHOD = 3


@researcher_required
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Every way of making images, from the catalogue, each with what it does to a set of the user's."""
    context = {
        "networks": NETWORKS.values(),
        "groups": [
            (_("Mixing of pictures and labels"), MIXING.values()),
            (_("Classical transforms"), CLASSICAL.values()),
        ],
        "shown": _asked_set(request),
        "sets": sets_to_try(request.user)[:50],
    }
    return render(request, "generators/choose.html", context)


def _asked_set(request: HttpRequest) -> ImageSet | None:
    sets = sets_to_try(request.user)
    return named(sets, request.GET.get("set", "")) or sets.first()


@researcher_required
@require_GET
def examples(request: HttpRequest, pk: int, method: str) -> HttpResponse:
    """A few pictures of a set after one method with its usual options."""
    source = visible_or_404(ImageSet.objects.usable(), request.user, pk=pk)
    if method not in STEPS:
        raise Http404
    return _examples(request, Recipe((Step(method),)), source, "_examples", count=SHOWN_OF_A_METHOD)


def _examples(
    request: HttpRequest, recipe: Recipe, source: ImageSet, template: str, **more: int
) -> HttpResponse:
    context: dict[str, Any] = {"set": source}
    try:
        context["preview"] = make_preview(recipe, source, **more)
    except UnusableInput as error:
        context["refusal"] = str(error)
    return render(request, f"generators/{template}.html", context)


@researcher_required
def compose(request: HttpRequest) -> HttpResponse:
    """The editor of recipes. Each change of the order posts the whole form and gets the whole page back."""
    editor = Editor(request.user, request.POST) if request.method == "POST" else _opened(request)
    action, problem = request.POST.get("action", ""), ""
    if action == "open":
        editor, problem = _from_file(request, editor)
    elif action:
        editor = editor.changed(request.user, action)
    elif request.method == "POST" and editor.is_valid():
        name = editor.form.cleaned_data["name"]
        generator = production.keep_recipe(name=name, owner=request.user, recipe=editor.recipe)
        return redirect("generators:detail", generator.pk)
    context = {"editor": editor, "problem": problem, "tried": request.method == "POST" and not action}
    return render(request, "generators/recipe.html", context)


def _opened(request: HttpRequest) -> Editor:
    """An empty recipe, one method (?method=), or the recipe of a generator (?from=)."""
    recipe, name, other = None, _("New recipe"), request.GET.get("from", "")
    method = request.GET.get("method", "")
    if method in STEPS:
        recipe, name = Recipe((Step(method),)), _(STEPS[method].title)
    elif is_number(other):
        generator = visible_or_404(Generator.objects.usable(), request.user, pk=other, kind="recipe")
        recipe, name = Recipe.from_dict(generator.recipe), _("%(name)s, changed") % {"name": generator}
    return Editor.open(request.user, recipe, name=name[:120], image_set=_asked_set(request))


def _from_file(request: HttpRequest, editor: Editor) -> tuple[Editor, str]:
    """The editor with the recipe of the sent file, or as it was and what is wrong with the file."""
    sent = request.FILES.get("file")
    if sent is None:
        return editor, _("Choose a recipe file first.")
    if sent.size > LARGEST_FILE:
        return editor, _("%(name)s is larger than a recipe can be (1 MB).") % {"name": sent.name}
    try:
        recipe = Recipe.from_json(sent.read())
    except InvalidRecipe as error:
        return editor, f"{sent.name}: {error}"
    editor.form.is_valid()
    tried = editor.form.cleaned_data.get("image_set")
    name = (sent.name or "").removesuffix(".json")[:120]
    return Editor.open(request.user, recipe, name=name, image_set=tried), ""


@researcher_required
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    editor = Editor(request.user, request.POST)
    valid = editor.is_valid()
    source = editor.form.cleaned_data.get("image_set")
    others = set(editor.form.errors) - {"name"}
    if not valid and (others or any(step.errors for step in editor.steps)):
        return render(request, "generators/_preview.html", {"editor": editor})
    if source is None:
        return render(request, "generators/_preview.html", {"editor": editor, "without_set": True})
    recipe = Recipe(tuple(step.step for step in editor.steps))
    return _examples(request, recipe, source, "_preview", seed=editor.form.cleaned_data["seed"])


@researcher_required
@require_GET
@cache_control(private=True, no_cache=True)
def preview_picture(request: HttpRequest, pk: int, key: str, number: int) -> HttpResponse:
    source = visible_or_404(ImageSet.objects.all(), request.user, pk=pk)
    try:
        file = (folder_of(source) / key / f"{number}.png").open(
            "rb"
        )  # key is a slug: no path can leave the folder
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(file, content_type="image/png")


@researcher_required
@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of recipes, as published."""
    return JsonResponse(json_schema(), json_dumps_params={"indent": 2})


@researcher_required
@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    generator = visible_or_404(Generator.objects.usable(), request.user, pk=pk)
    if generator.recipe is None:
        raise Http404
    response = HttpResponse(Recipe.from_dict(generator.recipe).to_json(), content_type="application/json")
    name = slugify(generator.name) or f"recipe-{pk}"
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response
