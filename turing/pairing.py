"""Who knows one side knows the other: the same patient on both, or a real image that the synthetic ones were made from."""

from imagesets.models import ImageSet, Picture

from .models import Case, Role, Study

GENERATIONS = 6  # of parents that are looked through


def shared_clusters(cases: list[Case]) -> int:
    """Patients or source images that stand on both sides."""
    sides = [
        {one.cluster for one in cases if one.cluster and (one.truth == "real") is real}
        for real in (True, False)
    ]
    return len(sides[0] & sides[1])


def practised_clusters(cases: list[Case]) -> int:
    """Patients or source images that practice shows, with their truth told, and that are read for the record too."""
    told, read = (
        {one.cluster for one in cases if one.cluster and (one.role == Role.TRAINING) is practice}
        for practice in (True, False)
    )
    return len(told & read)


def told_elsewhere(study: Study, cases: list[Case]) -> int:
    """Images read here, pixel for pixel, of which another launched study tells the truth in practice; and those of this practice
    that another open study reads."""
    told, read = (
        {one.picture.digest for one in cases if (one.role == Role.TRAINING) is practice}
        for practice in (True, False)
    )
    others = Case.objects.exclude(study=study).filter(picture__digest__in=told | read)
    launched, is_open = [Study.State.OPEN, Study.State.CLOSED], Study.State.OPEN
    theirs = others.filter(role=Role.TRAINING, study__state__in=launched, picture__digest__in=read)
    ours = others.exclude(role=Role.TRAINING).filter(study__state=is_open, picture__digest__in=told)
    return len(
        {digest for rows in (theirs, ours) for digest in rows.values_list("picture__digest", flat=True)}
    )


def training_images(study: Study, cases: list[Case]) -> int:
    """Real cases that are, pixel for pixel, in a set from which a synthetic set of the study was made."""
    shown = {one.picture.digest for one in cases if one.truth == "real"}
    made_from = Picture.objects.filter(image_set__in=ancestors(study.synthetic_sets))
    return made_from.filter(digest__in=shown).values("digest").distinct().count() if shown else 0


def ancestors(sets: object) -> set[int]:
    """Keys of the sets that these were made from, and those from, as far as anybody wrote down."""
    known: set[int] = set()
    young = set(ImageSet.objects.filter(pk__in=sets).values_list("pk", flat=True))
    for _generation in range(GENERATIONS):
        young = set(ImageSet.objects.filter(children__in=young).values_list("pk", flat=True)) - known
        known |= young
    return known
