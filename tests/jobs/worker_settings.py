from evalsite.settings import *  # noqa: F403

JOB_KINDS = {
    f"test.{name}": f"tests.jobs.kinds.{name}"
    for name in ("count", "abort", "refuse", "stubborn", "broken", "full")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A copy: the dict is also that of the process which imports this. One second, so that a test need not lock for 20.
    _quick = {**DATABASES["default"]["OPTIONS"], "timeout": 1}  # noqa: F405
    DATABASES = {"default": {**DATABASES["default"], "OPTIONS": _quick}}  # noqa: F405
