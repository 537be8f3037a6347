"""Strict reading of settings from the environment: a wrong value is refused at start-up, in words."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    given = text(name, "yes" if default else "no").lower()
    if given not in TRUE | FALSE:
        raise ImproperlyConfigured(
            f"{name} is {given!r}; allowed are yes and no. Correct it or leave it out."
        )
    return given in TRUE


def number(name: str, default: int, *, low: int, high: int) -> int:
    given = text(name, str(default))
    if not given.isascii() or not given.isdigit() or not low <= int(given) <= high:
        raise ImproperlyConfigured(f"{name} is {given!r}; allowed is a whole number from {low} to {high}.")
    return int(given)


def names(name: str, default: list[str]) -> list[str]:
    given = text(name, ",".join(default))
    return [part.strip() for part in given.split(",") if part.strip()]


def folder(name: str, default: Path) -> Path:
    path = Path(text(name, str(default)))
    if not path.is_absolute():
        raise ImproperlyConfigured(f"{name} is {str(path)!r}; it must be an absolute path.")
    if path.exists() and not path.is_dir():
        raise ImproperlyConfigured(f"{name} is {str(path)!r}, which is a file; name a folder.")
    return path


def secret(name: str, file: Path) -> str:
    """The value given; else the one kept in `file`, made on the first start and readable by its owner alone."""
    if given := text(name, ""):
        if len(given) < 32:
            raise ImproperlyConfigured(f"{name} has {len(given)} characters; give at least 32 random ones.")
        return given
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} is not set and {file} cannot be written: {error.strerror}."
        ) from error
    return file.read_text().strip()


def database(name: str, sqlite_file: Path) -> dict[str, object]:
    """SQLite at `sqlite_file` by default; `postgres://user:password@host:port/name?sslmode=require` otherwise."""
    url = urlsplit(text(name, f"sqlite:///{sqlite_file}"))
    if url.scheme == "sqlite":
        return _sqlite("/" + url.path.lstrip("/"))
    if url.scheme in {"postgres", "postgresql"} and url.path.strip("/"):
        return _postgresql(url)
    raise ImproperlyConfigured(
        f"{name} begins with {url.scheme + '://'!r}; allowed are sqlite:////absolute/file "
        "and postgres://user:password@host:port/name."
    )


def _sqlite(path: str) -> dict[str, object]:
    # IMMEDIATE: a transaction that will write takes the lock when it begins, so it waits instead of failing half-way.
    # synchronous=FULL: an acknowledged answer survives a power cut.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _postgresql(url) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "OPTIONS": dict(parse_qsl(url.query)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
