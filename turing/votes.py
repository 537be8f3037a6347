"""What readers said of the pictures of a set, once a study is closed: for whoever compares it with numbers of the same pictures."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from imagesets.models import ImageSet

from .models import Answer, Study, Truth


@dataclass(frozen=True)
class Votes:
    """`said` by position in the set: how many readers called the picture synthetic, of how many."""

    study: Study
    readers: int
    said: dict[int, tuple[int, int]]


def votes_on(image_set: ImageSet, user: Any) -> list[Votes]:
    """One a closed study that the person may see and that showed the set; people alone, none who could see the truth."""
    studies = Study.objects.visible_to(user).filter(
        state=Study.State.CLOSED, cases__picture__image_set=image_set
    )
    return [votes for study in studies.distinct() if (votes := _votes(study, image_set)).said]


def _votes(study: Study, image_set: ImageSet) -> Votes:
    answers = Answer.objects.of_study(study).counted().filter(
        trial__case__picture__image_set=image_set, said__in=[Truth.REAL, Truth.SYNTHETIC],
        session__by_owner=False, session__reader__is_machine=False,
    )  # fmt: skip
    said: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    readers = set()
    for position, word, reader in answers.values_list(
        "trial__case__picture__position", "said", "session__reader_id"
    ):
        said[position][0] += word == Truth.SYNTHETIC
        said[position][1] += 1
        readers.add(reader)
    return Votes(study, len(readers), {at: (yes, of) for at, (yes, of) in said.items()})
