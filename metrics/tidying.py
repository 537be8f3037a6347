"""The cache of features kept within a size: what was written longest ago goes first. Pure.

Whatever is gone is computed again when it is next asked for, so that nothing but time is lost, also in the middle of an
evaluation: it has read what it needs of the cache before it encodes the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Tidied:
    """Files that went and those that stay, each with their bytes."""

    removed: int
    removed_bytes: int
    kept: int
    kept_bytes: int


def tidy(cache: Path, *, keep: int) -> Tidied:
    """Remove files below `cache`, the oldest first, until they hold at most `keep` bytes; folders left empty go too."""
    found = sorted(_files(cache), reverse=True)  # the newest first
    stays, total = 0, 0
    for _written, size, _path in found:
        if total + size > keep:
            break
        stays, total = stays + 1, total + size
    for _written, _size, path in found[stays:]:
        path.unlink(missing_ok=True)
        if path.parent != cache and not any(path.parent.iterdir()):
            path.parent.rmdir()
    return Tidied(len(found) - stays, sum(size for _written, size, _path in found[stays:]), stays, total)


def _files(cache: Path) -> list[tuple[float, int, Path]]:
    """(time of writing, bytes, path) of all files; one that another process takes away meanwhile is passed over."""
    found = []
    for path in cache.rglob("*"):
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        if path.is_file():
            found.append((facts.st_mtime, facts.st_size, path))
    return found
