import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from imagesets.models import ImageSet
from turing.archive import archive
from turing.forms import StudyForm
from turing.launching import NotReady, problems
from turing.models import Study, new_seed


class Command(BaseCommand):
    help = "Create a draft of a reader study, or export a closed one with its answers as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        create = deeds.add_parser("create", help="make a draft; prepare and launch it on its page")
        create.add_argument("name")
        create.add_argument("--owner", required=True, help="user name of a researcher")
        create.add_argument(
            "--real", required=True, type=int, nargs="+", metavar="SET", help="numbers of sets of real images"
        )
        create.add_argument("--synthetic", required=True, type=int, nargs="+", metavar="SET")
        create.add_argument("--images", type=int, default=50, help="of each kind (default 50)")
        create.add_argument("--binary", action="store_true", help="real or synthetic, without confidence")
        create.add_argument("--seed", type=int, default=None)
        export = deeds.add_parser("export", help="write a closed study as one JSON file")
        export.add_argument("study", type=int)
        export.add_argument("file", type=Path)

    def handle(self, *args: Any, deed: str, **options: Any) -> None:
        {"create": self.create, "export": self.export}[deed](**options)

    def create(self, name: str, owner: str, **options: Any) -> None:
        user = get_user_model().objects.filter(username=owner, is_active=True).first()
        if user is None or not user.is_researcher:
            raise CommandError(f"There is no active researcher called {owner!r}.")
        form = StudyForm(self._answers(name, user, options), user=user)
        if not form.is_valid():
            lines = [f"{field}: {' '.join(errors)}" for field, errors in form.errors.items()]
            raise CommandError("\n".join(lines))
        form.instance.owner = user
        study = form.save()
        for problem in problems(study):
            self.stderr.write(str(problem))
        self.stdout.write(f"Study {study.pk}, a draft: /studies/{study.pk}/")

    @staticmethod
    def _answers(name: str, user: Any, options: dict[str, Any]) -> dict[str, Any]:
        """What somebody would have typed into the form."""
        blank = StudyForm(user=user)
        fields = {name: field.initial for name, field in blank.fields.items()} | {"seed": new_seed()}
        typed = {field: value for field, value in fields.items() if value is not None}
        if options["seed"] is not None:
            typed["seed"] = options["seed"]
        return typed | {
            "name": name,
            "real_sets": _existing(options["real"]),
            "synthetic_sets": _existing(options["synthetic"]),
            "images_per_side": options["images"],
            "confidence_steps": 1 if options["binary"] else 3,
        }

    def export(self, study: int, file: Path, **_options: Any) -> None:
        row = Study.objects.filter(pk=study).first()
        if row is None:
            raise CommandError(f"There is no study {study}.")
        try:
            whole = archive(row)
        except NotReady as refusal:
            raise CommandError(str(refusal)) from refusal
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        self.stdout.write(f"{row}: {len(whole['readers'])} readers, written to {file}.")


def _existing(numbers: list[int]) -> list[int]:
    missing = set(numbers) - set(ImageSet.objects.filter(pk__in=numbers).values_list("pk", flat=True))
    if missing:
        raise CommandError(f"There is no image set {', '.join(map(str, sorted(missing)))}.")
    return numbers
