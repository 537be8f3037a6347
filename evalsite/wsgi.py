import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalsite.settings")
application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402

_ = get_resolver().url_patterns  # every view is imported now, not while the first reader waits
