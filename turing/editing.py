"""Two tabs, or two people, at one study: nobody's save takes the place of another's unseen."""

from typing import Any

from .launching import digest
from .models import Study


class ChangedMeanwhile(Exception):
    """The study is no longer what the page showed."""


def fingerprint(study: Study) -> str:
    """Of everything that a page of the design shows and saves."""
    fed = sorted(study.supplies.values_list("source", "image_set_id"))
    shown: dict[str, Any] = {name: getattr(study, name) for name in ("name", "seed", "design")}
    return digest(shown | {"fed": [list(pair) for pair in fed]})


def claim(study: Study, seen: str) -> None:
    """Lock the study for a change, within a transaction; a page that did not say what it saw is believed."""
    now = Study.objects.select_for_update().get(pk=study.pk)
    if seen and seen != fingerprint(now):
        raise ChangedMeanwhile


def to_show(study: Study, posted: Any, told: bool) -> dict[str, Any]:
    """What the next page has to say it saw: what this one did, until its reader has been told of the change."""
    seen = "" if told else posted.get("seen", "")
    return {"seen": seen or fingerprint(Study.objects.get(pk=study.pk)), "changed": told}
