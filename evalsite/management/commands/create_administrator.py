from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evalsite.accounts.links import password_link
from evalsite.models import Role, User


class Command(BaseCommand):
    help = "Make an administrator, or let one who forgot the password choose another; prints a link that works once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--address", default="http://localhost:8000", help="where the site is reached")

    def handle(self, *, name: str, address: str, **options: Any) -> None:
        user, is_new = User.objects.get_or_create(username=name, defaults={"role": Role.ADMINISTRATOR})
        if not is_new and not user.is_administrator:
            raise CommandError(
                f"{name} is a {user.role}, not an administrator. Name another, or change the role on the Accounts page."
            )
        if is_new:
            user.set_unusable_password()
            user.save()
        self.stdout.write(
            f"Open this once within three days and choose a password:\n{address}{password_link(user)}"
        )
