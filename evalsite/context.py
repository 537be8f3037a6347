from typing import Any

from django.conf import settings
from django.http import HttpRequest

from jobs.models import Job


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the frame around every page shows."""
    user = getattr(request, "user", None)
    theme = getattr(user, "theme", "system")
    return {
        "version": settings.VERSION,
        "theme": "" if theme == "system" else theme,
        "running_jobs": lambda: Job.objects.visible_to(user).unfinished().count() if user else 0,
    }
