"""A report, or a comparison, as a folder that opens without a server: page, pictures, style, PDF, JSON with its schema, CSV."""

import shutil
from functools import cache
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from .comparison_page import comparison_context, comparison_csv
from .images import Images
from .pictures import shown_png
from .presentation import report_context, role_rows
from .printing import pdf
from .reports import Report
from .schema import schema_text
from .side_by_side import SideBySide
from .tables import images_csv, numbers_csv

SHEETS = ("variables.css", "base.css", "charts.css", "metrics.css")


def write_folder(report: Report, images: dict[str, Images], folder: Path, *, command: str = "") -> Path:
    """Write everything; files of an earlier report with the same names are replaced, other files are left alone."""
    _write_sheets(folder)
    (folder / "pictures").mkdir(exist_ok=True)

    @cache
    def png(role: str, position: int) -> bytes:
        return shown_png(images[role].load(position), images[role].intensity or (0.0, 255.0))

    @cache
    def link(role: str, position: int) -> str:
        name = f"pictures/{role}-{position:05d}.png"
        (folder / name).write_bytes(png(role, position))
        return name

    title = _("%(synthetic)s, against %(real)s") % {
        "synthetic": report.synthetic.name,
        "real": report.real.name,
    }
    context = {
        **report_context(report, link),
        "roles": role_rows(report, {}),
        "title": title,
        "sheets": SHEETS,
        "command": command,
        "version": report.version,
    }
    page = folder / "index.html"
    page.write_text(render_to_string("metrics/folder.html", context), encoding="utf-8")
    (folder / "report.pdf").write_bytes(pdf(report, title, png))
    (folder / "report.schema.json").write_text(schema_text(), encoding="utf-8")
    (folder / "report.json").write_text(report.to_json(), encoding="utf-8")
    (folder / "numbers.csv").write_text(numbers_csv(report), encoding="utf-8")
    (folder / "images.csv").write_text(images_csv(report), encoding="utf-8")
    return page


def write_comparison(found: SideBySide, folder: Path, *, command: str = "") -> Path:
    """The page of a comparison with its files."""
    _write_sheets(folder)
    title = _("%(n)s sets, against %(real)s") % {"n": len(found.sets), "real": found.real.name}
    context = {**comparison_context(found, ()), "title": title, "sheets": SHEETS, "command": command, "version": found.version}  # fmt: skip
    page = folder / "index.html"
    page.write_text(render_to_string("metrics/comparison_folder.html", context), encoding="utf-8")
    (folder / "comparison.json").write_text(found.to_json(), encoding="utf-8")
    (folder / "comparison.csv").write_text(comparison_csv(found), encoding="utf-8")
    return page


def _write_sheets(folder: Path) -> None:
    (folder / "css").mkdir(parents=True, exist_ok=True)
    for sheet in SHEETS:
        shutil.copyfile(Path(settings.BASE_DIR) / "static" / "css" / sheet, folder / "css" / sheet)
