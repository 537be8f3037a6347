"""Writes docs/validation.md: `python -m tests.validation`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalsite.settings")
os.environ.setdefault("EVALSITE_DEBUG", "yes")

from tests.validation.document import write  # isort: skip  (the settings are named first)

if __name__ == "__main__":
    print(write())
