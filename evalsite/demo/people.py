"""One log-in for each role, made once; a password that somebody changed is left alone."""

import json
import secrets
from pathlib import Path

from django.conf import settings

from evalsite.models import Role, User

NAMES = {Role.ADMINISTRATOR: "administrator", Role.RESEARCHER: "researcher", Role.READER: "reader"}


def people() -> list[tuple[User, str]]:
    """(user, password) of each role; the password is empty where it was changed."""
    kept = Path(settings.DATA_DIR) / "demo_passwords.json"
    passwords = json.loads(kept.read_text()) if kept.exists() else {}
    found = []
    for role, name in NAMES.items():
        user, is_new = User.objects.get_or_create(username=name, defaults={"role": role})
        if is_new:
            passwords[name] = f"{secrets.choice(WORDS)}-{secrets.choice(WORDS)}-{secrets.randbelow(90) + 10}"
            user.set_password(passwords[name])
            user.save()
        password = passwords.get(name, "")
        found.append((user, password if password and user.check_password(password) else ""))
    kept.write_text(json.dumps(passwords))
    kept.chmod(0o600)
    return found


WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "iris", "juniper", "larch", "maple", "otter", "pearl", "quartz", "raven", "sage", "tulip", "violet", "willow")  # fmt: skip
