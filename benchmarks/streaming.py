"""Memory and time of making 1,000 and 10,000 pictures of 256 x 256 by a recipe: the job as a worker runs it, in a fresh
process and a site of its own for each number.

    python -m benchmarks.streaming [COUNT ...]

Pictures go to disk one by one, so the peak must not grow with their number. What does grow is counted at the end: one
digest a picture (64 characters), to find equal ones and to sign the set."""

import os
import resource
import subprocess
import sys
import tempfile
import time

SIDE, SOURCES = 256, 200


def make(count: int) -> None:
    """In the child: a site, a source set, the job."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    import numpy as np

    from evalsite.models import User
    from generators import production
    from generators.recipes import Recipe, Step
    from imagesets.building import SetBuilder
    from imagesets.models import ImageSet
    from jobs.runner import run_attempt

    owner = User.objects.create_user("w", password="x", role="researcher")
    rng = np.random.default_rng(0)
    builder = SetBuilder(name="source", owner=owner, origin="real", intensity=(0.0, 65535.0))
    for _number in range(SOURCES):
        builder.add(rng.integers(0, 65536, (SIDE, SIDE)).astype(np.uint16))
    source = builder.finish()
    recipe = Recipe((Step("horizontal_flip", probability=0.5), Step("cutmix")))
    generator = production.keep_recipe(name="r", owner=owner, recipe=recipe)
    job = production.start_making(
        generator=generator, owner=owner, name="made", count=count, seed=1, image_set=source
    )
    began, own = time.perf_counter(), time.process_time()
    run_attempt(job.pk, job.attempt)
    seconds, own = time.perf_counter() - began, time.process_time() - own
    made = ImageSet.objects.get(name="made")
    job.refresh_from_db()
    assert (job.status, made.count) == ("done", count), job.error
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count:9,} pictures of {SIDE} x {SIDE}, 16 bits: peak {peak:6.1f} MiB, "
        f"{own:6.1f} s of one core, {count / own:5.0f}/s; {seconds:6.1f} s by the clock",
        flush=True,
    )


def main() -> None:
    for count in [int(each) for each in sys.argv[1:]] or [1_000, 10_000]:
        with tempfile.TemporaryDirectory(prefix="streaming-") as folder:
            environment = {
                **os.environ, "EVALSITE_DATA": folder, "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3", "OMP_NUM_THREADS": "1",
                "DJANGO_SETTINGS_MODULE": "evalsite.settings",
            }  # fmt: skip
            subprocess.run(
                [sys.executable, "-c", f"from benchmarks.streaming import make; make({count})"],
                env=environment,
                check=True,
            )


if __name__ == "__main__":
    main()
