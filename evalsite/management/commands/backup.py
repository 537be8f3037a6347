import json
import os
import sqlite3
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

DATABASE, FACTS = "evalsite.sqlite3", "backup.json"
LEFT_OUT = {
    "staging",
    "thumbnails",
    "features",
}  # uploads under way, and what is made again when it is asked for


class Command(BaseCommand):
    help = "Write the database and the data folder into one .tar file, while the site runs. SQLite only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError(
                "For PostgreSQL use pg_dump, then copy the data folder: the database first, so that no row lacks its file."
            )
        if file.exists():
            raise CommandError(f"{file} exists already. Name another file.")
        root = Path(settings.DATA_DIR)
        with tempfile.TemporaryDirectory(dir=file.resolve().parent) as folder:
            copy = Path(folder) / DATABASE
            copy_database(Path(connection.settings_dict["NAME"]), copy)
            part = Path(folder) / "part.tar"
            with tarfile.open(part, "w") as tar:
                facts = Path(folder) / FACTS
                facts.write_text(json.dumps({"version": settings.VERSION}))
                tar.add(facts, FACTS)
                tar.add(copy, DATABASE)
                for path in sorted(root.iterdir()):
                    if path.name not in LEFT_OUT and not path.name.startswith(DATABASE):
                        tar.add(path, f"data/{path.name}")
            os.replace(part, file)
        self.stdout.write(f"{file}: {file.stat().st_size / 1e6:,.1f} MB")


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of a database that others are writing to."""
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
