"""Writes docs/validation.md: `python -m tests.validation`."""

import os

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalsite.settings")
    os.environ.setdefault("EVALSITE_DEBUG", "yes")
    import django

    django.setup()  # some comparisons read the site's own modules
    from tests.validation.document import write

    print(write())
