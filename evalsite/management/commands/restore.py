import json
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from .backup import DATABASE, FACTS


class Command(BaseCommand):
    help = "Put a backup back into an empty data folder. Stop the site first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        target = Path(connection.settings_dict["NAME"])
        if connection.vendor != "sqlite":
            raise CommandError("A backup made by this program is of SQLite. For PostgreSQL use pg_restore.")
        if target.exists() and target.stat().st_size:
            raise CommandError(
                f"There is a database at {target} already. Move the data folder away first; nothing was changed."
            )
        root = Path(settings.DATA_DIR)
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root) as folder:
            self._unpack(file, Path(folder))
            facts = json.loads((Path(folder) / FACTS).read_text())
            for path in (Path(folder) / "data").iterdir():
                if not (root / path.name).exists():
                    shutil.move(path, root / path.name)
            connection.close()
            shutil.move(Path(folder) / DATABASE, target)
        call_command("migrate", verbosity=0)
        self.stdout.write(f"Restored a backup of version {facts['version']}.")

    def _unpack(self, file: Path, folder: Path) -> None:
        try:
            with tarfile.open(file) as tar:
                tar.extractall(folder, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise CommandError(f"{file} cannot be read: {error}.") from error
        if not all((folder / name).exists() for name in (FACTS, DATABASE, "data")):
            raise CommandError(f"{file} is no backup of this site: it lacks {FACTS}, {DATABASE} or data.")
