from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from foreign.refusal import Refused
from generators import cards


class Command(BaseCommand):
    help = "Take a generator that export_generator or its page wrote; it is checked like an upload."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--owner", required=True, help="login name of the administrator or researcher whose it becomes"
        )

    def handle(self, *, file: Path, owner: str, **options: Any) -> None:
        user = get_user_model().objects.filter(username=owner).first()
        if user is None or not user.is_researcher:
            raise CommandError(f"There is no administrator or researcher {owner}.")
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            generator = cards.read(file, user)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Generator {generator.pk}: {generator.name}")
