"""What stands above an image where the design gives no words of its own: one sentence a kind of question."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .questions import Question

PROMPTS: dict[str, str | Promise] = {
    "detect": _("Is this image real or synthetic?"),
    "pair": _("Which of the two images is synthetic?"),
    "hype": _("Was this image real or synthetic?"),
    "realism": _("How realistic is this image?"),
    "class": _("What is this image?"),
    "diagnosis": _("What does this image show?"),
    "rating": _("How good is the quality of this image?"),
    "rubric": _("Rate each of these."),
    "choice": _("Which of these applies?"),
    "checklist": _("Which of these do you see?"),
    "mark": _("Mark what gave it away."),
    "text": _("What gave it away?"),
}


def prompt_of(question: Question) -> str | Promise:
    return question.prompt or PROMPTS[question.kind]
