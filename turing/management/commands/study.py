import shlex
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError

from turing.archive import archive
from turing.forms import StudyForm
from turing.forms_import import ImportForm
from turing.launching import NotReady, problems
from turing.machines import pixels
from turing.management.designs import (
    add_design_arguments,
    chosen_design,
    draft_of,
    existing_sets,
    existing_study,
    write_json,
)
from turing.models import ImportedStudy, Study, new_seed


class Command(BaseCommand):
    help = "Create a draft of a reader study, write its design or its cases, export a closed one, or import answers of a study run elsewhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        create = deeds.add_parser("create", help="make a draft; prepare and launch it on its page")
        create.add_argument("name")
        create.add_argument("--owner", required=True, help="user name of a researcher")
        create.add_argument(
            "--real", type=int, nargs="+", metavar="SET", default=[], help="numbers of sets of real images"
        )
        create.add_argument("--synthetic", type=int, nargs="+", metavar="SET", default=[])
        create.add_argument("--images", type=int, default=50, help="of each kind (default 50)")
        create.add_argument("--binary", action="store_true", help="real or synthetic, without confidence")
        create.add_argument("--seed", type=int, default=None)
        add_design_arguments(create)
        for deed, words in (
            ("design", "write a study's design as a file, without its cases"),
            ("cases", "write the images as readers get them as NumPy arrays, without the truth"),
        ):
            parser_of = deeds.add_parser(deed, help=words)
            parser_of.add_argument("study", type=int)
            parser_of.add_argument("file", type=Path)
        export = deeds.add_parser("export", help="write a closed study as one JSON file")
        export.add_argument("study", type=int)
        export.add_argument("file", type=Path)
        self._import_arguments(
            deeds.add_parser("import", help="keep the answers of a study run elsewhere (CSV, iMRMC)")
        ).add_argument("--owner", required=True, help="user name of a researcher")
        self._import_arguments(
            deeds.add_parser("report", help="write the report of such answers as Markdown; nothing is kept")
        ).add_argument(
            "--output",
            required=True,
            type=Path,
            help="the document; figures go into a folder of its name beside it",
        )

    @staticmethod
    def _import_arguments(parser: ArgumentParser) -> ArgumentParser:
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", required=True)
        parser.add_argument("--citation", default="")
        parser.add_argument(
            "--columns",
            nargs="*",
            default=[],
            metavar="OURS=THEIRS",
            help="where columns have other names: reader=participant",
        )
        parser.add_argument("--real", default="", help="how real is written in the truth column")
        parser.add_argument("--higher-is-real", action="store_true", help="ratings rise with realism")
        parser.add_argument("--threshold", type=float, default=None)
        parser.add_argument("--modality", default="")
        parser.add_argument("--margin", type=float, default=0.51, help="as d' (default 0.51)")
        parser.add_argument("--endpoint", choices=["auc", "accuracy"], default="auc")
        return parser

    def handle(self, *args: Any, deed: str, **options: Any) -> None:
        deeds = {
            "create": self.create, "design": self.design, "cases": self.cases, "export": self.export, "import": self.bring,
            "report": self.report,
        }  # fmt: skip
        deeds[deed](**options)

    def bring(self, owner: str, **options: Any) -> None:
        study = _handed_in(options)
        study.owner = _researcher(owner)
        study.save()
        self.stdout.write(f"{study.count} answers were imported: /studies/imported/{study.pk}/")

    def report(self, output: Path, **options: Any) -> None:
        from turing.markdown import document
        from turing.results import imported_results

        study = _handed_in(options)
        text, files = document(study, imported_results(study), _command(options, output), output.stem)
        folder = output.with_suffix("")
        folder.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
        for name, svg in files.items():
            (folder / name).write_text(svg, encoding="utf-8")
        self.stdout.write(f"{study.count} answers; the report is in {output}.")

    def create(self, name: str, owner: str, **options: Any) -> None:
        user = _researcher(owner)
        designed = chosen_design(options)
        study = draft_of(name, user, designed, options) if designed else self._common(name, user, options)
        for problem in problems(study):
            self.stderr.write(str(problem))
        self.stdout.write(f"Study {study.pk}, a draft: /studies/{study.pk}/")

    def _common(self, name: str, user: Any, options: dict[str, Any]) -> Study:
        form = StudyForm(self._answers(name, user, options), user=user)
        if not form.is_valid():
            lines = [f"{field}: {' '.join(errors)}" for field, errors in form.errors.items()]
            raise CommandError("\n".join(lines))
        form.instance.owner = user
        return form.save()

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
            "real_sets": existing_sets(options["real"]),
            "synthetic_sets": existing_sets(options["synthetic"]),
            "images_per_side": options["images"],
            "confidence_steps": 1 if options["binary"] else 3,
        }

    def design(self, study: int, file: Path, **_options: Any) -> None:
        row = existing_study(study)
        write_json(file, row.design)
        self.stdout.write(f"The design of {row}, written to {file}.")

    def cases(self, study: int, file: Path, **_options: Any) -> None:
        row = existing_study(study)
        if not row.is_launched:
            raise CommandError(f"“{row}” was not launched: it has no cases yet.")
        arrays = pixels(row)
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(file, **arrays)
        self.stdout.write(f"{len(arrays['cases'])} cases, written to {file}.")

    def export(self, study: int, file: Path, **_options: Any) -> None:
        row = existing_study(study)
        try:
            whole = archive(row)
        except NotReady as refusal:
            raise CommandError(str(refusal)) from refusal
        write_json(file, whole)
        self.stdout.write(f"{row}: {len(whole['readers'])} readers, written to {file}.")


def _researcher(name: str) -> Any:
    user = get_user_model().objects.filter(username=name, is_active=True).first()
    if user is None or not user.is_researcher:
        raise CommandError(f"There is no active researcher called {name!r}.")
    return user


def _handed_in(options: dict[str, Any]) -> ImportedStudy:
    """An unsaved row, through the form of the page: the same refusals, in the same words."""
    file: Path = options["file"]
    if not file.is_file():
        raise CommandError(f"There is no file {file}.")
    typed = {
        name: options[name]
        for name in ImportForm.Meta.fields
        if name in options and options[name] is not None
    }
    typed["columns"] = "\n".join(options["columns"])
    form = ImportForm(typed, {"file": SimpleUploadedFile(file.name, file.read_bytes())})
    if not form.is_valid():
        raise CommandError("\n".join(f"{field}: {' '.join(errors)}" for field, errors in form.errors.items()))
    return form.save(commit=False)


def _command(options: dict[str, Any], output: Path) -> str:
    """What was typed, with bare file names."""
    parts = ["manage.py study report", options["file"].name, "--name", shlex.quote(options["name"])]
    parts += ["--columns", *options["columns"]] if options["columns"] else []
    for name in ("citation", "real", "modality"):
        parts += [f"--{name}", shlex.quote(options[name])] if options[name] else []
    parts += ["--higher-is-real"] if options["higher_is_real"] else []
    return " ".join([*parts, "--output", output.name])
