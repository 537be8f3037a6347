"""The review after the close: every image with its truth, who said what, and what readers wrote and marked."""

from collections import defaultdict
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from . import charts
from .gathering import Gathered
from .prompts import prompt_of
from .results import Results
from .results_words import span

A_PAGE = 24
ORDERS = {
    "position": lambda one: one.case.position,
    "recognised": lambda one: -one.share.said_synthetic / max(one.share.answered, 1),
    "passed": lambda one: one.share.said_synthetic / max(one.share.answered, 1),
}


def reviewed(found: Results, asked: Any) -> Page:
    """A page of the cases that count, by ?truth=, ?order= and ?page=; anything else asked for is passed over."""
    cases = [one for one in found.cases if asked.get("truth") in (None, "", one.case.truth)]
    cases.sort(key=ORDERS.get(asked.get("order", ""), ORDERS["position"]))
    page = Paginator(cases, A_PAGE).get_page(asked.get("page"))
    remarks = _remarks(found.gathered) if found.gathered else {}
    page.object_list = [
        item | {"remarks": remarks.get(item["result"].case.pk, [])} for item in voted(list(page.object_list))
    ]
    return page


def voted(cases: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "result": one,
            "votes": charts.votes(one.votes),
            "span": span(one.share.interval) if one.share.interval else "",
        }
        for one in cases
    ]


def _remarks(gathered: Gathered) -> dict[int, list[dict[str, str]]]:
    """What was said of each case beside the answer, in words: reader, question, remark."""
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    for one in gathered.given:
        for question in gathered.study.phase(one.phase).questions:
            reply = one.reply(gathered.study, question)
            remark = _remark(question, reply) if reply else ""
            if remark:
                found[one.case].append(
                    {
                        "reader": gathered.people[one.row].name,
                        "question": str(prompt_of(question)),
                        "remark": remark,
                    }
                )
    return found


def _remark(question: Any, reply: dict[str, Any]) -> str:
    """Words, check-lists and marks; answers themselves are in the votes."""
    labels = {option.value: option.label or option.value for option in question.options}
    if reply.get("text"):
        return reply["text"]
    if reply.get("items"):
        return ", ".join(labels[item] for item in reply["items"])
    if reply.get("marks"):
        places = "; ".join(" × ".join(map(str, mark[:2])) for mark in reply["marks"])
        return _("marked at %(places)s pixels") % {"places": places}
    return ""
