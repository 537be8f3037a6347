"""The small marks that stand everywhere: icons, states, origins, and numbers written the journal's way."""

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, NumberInput, RadioSelect, Select
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jobs import wording

register = template.Library()

STATE_WORDS = ("fine", "warning", "alarm", "none")


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def state(name: str, word: str) -> SafeString:
    """Icon and word together: colour is never the only sign."""
    return format_html('<span class="state is-{}">{}{}</span>', name, icon(name), word)


@register.simple_tag
def origin_mark(origin: str) -> SafeString:
    mark = {"real": "real", "synthetic": "syn"}.get(origin)
    if mark is None:
        both = '<svg viewBox="-6 -6 22 12" aria-hidden="true"><use href="#m-real" class="real-mark"/><use href="#m-syn" x="10" class="syn-mark"/></svg>'
        return format_html(both)
    return format_html(
        '<svg viewBox="-6 -6 12 12" aria-hidden="true"><use href="#m-{}" class="{}-mark"/></svg>', mark, mark
    )


@register.simple_tag
def origin(origin: str, words: str = "") -> SafeString:
    names = {"real": _("Real"), "synthetic": _("Synthetic"), "mixed": _("Mixed")}
    return format_html(
        '<span class="origin">{}{}</span>', origin_mark(origin), words or names.get(origin, origin)
    )


register.filter("decimals", wording.decimals)
register.filter("percent", wording.percent)


@register.filter
def p_value(p: float | None) -> str:
    if p is None:
        return ""
    return "p < .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".", 1)


@register.filter
def short_digest(digest: str) -> str:
    return f"{digest[:4]} {digest[4:8]}" if digest else ""


@register.filter
def duration(seconds: float | None) -> str:
    """How long, in the two largest units a person would say."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < 60:
        return _("%(s)d s") % {"s": whole}
    if whole < 3600:
        return _("%(m)d min %(s)d s") % {"m": whole // 60, "s": whole % 60}
    return _("%(h)d h %(m)d min") % {"h": whole // 3600, "m": whole % 3600 // 60}


@register.filter
def widget_kind(field: BoundField) -> str:
    """checkbox, select or other: what decides how a field is laid out."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        return "checkbox"
    return "select" if isinstance(widget, Select) and not isinstance(widget, RadioSelect) else "other"


@register.filter
def styled(field: BoundField) -> SafeString:
    """The field's input in the look's classes; numbers are short, what the form asked for itself stays."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        return field.as_widget()
    short = " input-short" if isinstance(widget, NumberInput) else ""
    own = widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"input{short} {own}".strip()})


@register.simple_tag(takes_context=True)
def diversity_of(context: template.Context, study: Any) -> list[dict[str, Any]]:
    """Of each synthetic set of a study: its newest evaluation that the person may see, and what that says of diversity."""
    from evalsite.beside import diversity_beside  # models, which are not there yet when tags are registered

    return diversity_beside(study, context["user"])
