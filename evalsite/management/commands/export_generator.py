from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evalsite.cards import record_of
from generators import cards
from generators.models import Generator


class Command(BaseCommand):
    help = "Write a generator with its card, weights or recipe, and sample pictures as one file that another site can import."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("generator", type=int, help="its number, as in the address of its page")
        parser.add_argument("file", type=Path, help="the .zip to write")

    def handle(self, *, generator: int, file: Path, **options: Any) -> None:
        found = Generator.objects.usable().filter(pk=generator).first()
        if found is None:
            raise CommandError(f"There is no generator {generator}.")
        if file.exists():
            raise CommandError(f"{file} exists already; name another file.")
        cards.write(found, record_of(found, found.owner), file)
        self.stdout.write(f"{file}: {found.name}, {file.stat().st_size:,} bytes")
