from evalsite.settings import *  # noqa: F403

JOB_KINDS = {
    f"test.{name}": f"tests.jobs.kinds.{name}"
    for name in ("count", "abort", "refuse", "stubborn", "broken", "full")
}
DATABASES["default"]["OPTIONS"]["timeout"] = 1  # noqa: F405  # so that a test need not lock it for 20 s
