"""A real worker is killed while it makes a set: the next one goes on, and the set is the one that nobody disturbed."""

import hashlib
import signal

import pytest

from generators.pipeline import run
from generators.recipes import Recipe, Step
from imagesets.storage import pixel_digest
from tests import factories
from tests.jobs.test_worker import Site, wait_for

COUNT, SEED = 300, 5
RECIPE = Recipe((Step("elastic", probability=0.5), Step("mixup")))
START = f"""
from evalsite.models import User
from generators import production
from generators.recipes import Recipe
from tests import factories
owner = User.objects.create_user("w", password="x", role="researcher")
source = factories.image_set(owner, images=factories.blobs(12))
recipe = production.keep_recipe(name="r", owner=owner, recipe=Recipe.from_dict({RECIPE.to_dict()!r}))
production.start_making(generator=recipe, owner=owner, name="made", count={COUNT}, seed={SEED}, image_set=source)
"""

START_FOREIGN = f"""
import io
from evalsite.models import User
from generators import bringing, production
from generators.catalogue import FOREIGN
from generators.options import make_options
from tests.foreign import files
owner = User.objects.create_user("w", password="x", role="researcher")
network, _trial = bringing.bring_network(owner=owner, file=io.BytesIO(files.affine(side=64)), filename="g.onnx",
    options=make_options(FOREIGN.options, {{}}), output={{"low": 0.0, "high": 255.0, "unit": ""}}, facts={{"name": "g"}})
for name in ("made", "undisturbed"):
    production.start_making(generator=network, owner=owner, name=name, count={COUNT}, seed={SEED})
"""


@pytest.mark.slow
def test_a_set_in_the_making_by_a_foreign_network_survives_its_worker(tmp_path, empty_database):
    site = Site(tmp_path, empty_database)
    killed_in_the_middle(site, START_FOREIGN)
    assert site.query("select attempt, done from jobs_job order by id") == [(2, COUNT), (1, COUNT)]
    (made, undisturbed) = (
        site.query(
            "select p.position, p.digest from imagesets_picture p join imagesets_imageset s on s.id = p.image_set_id where s.name = ? order by 1",
            name,
        )
        for name in ("made", "undisturbed")
    )
    assert [position for position, _digest in made] == list(range(COUNT))
    assert made == undisturbed


@pytest.mark.slow
def test_a_set_in_the_making_survives_its_worker(tmp_path, empty_database):
    site = Site(tmp_path, empty_database)
    killed_in_the_middle(site, START)
    (count, digest), attempt = (
        site.query("select count, digest from imagesets_imageset where name = 'made'")[0],
        site.job("attempt"),
    )
    assert (count, attempt, site.job("done")) == (COUNT, 2, COUNT)
    images = factories.blobs(12)
    digests = [
        pixel_digest(out.image) for out in run(RECIPE, images, count=COUNT, seed=SEED, data_range=(0, 255))
    ]
    assert digest == hashlib.sha256("".join(digests).encode()).hexdigest()
    positions = site.query(
        "select p.position from imagesets_picture p join imagesets_imageset s on s.id = p.image_set_id where s.name = 'made' order by 1"
    )
    assert [row[0] for row in positions] == list(range(COUNT))


def killed_in_the_middle(site: Site, start: str) -> None:
    """Two workers do the jobs that `start` queues; the first one dies while it makes the set "made"."""
    site.environment["DJANGO_SETTINGS_MODULE"] = "evalsite.settings"
    try:
        site.manage("shell", "-v0", "-c", start)
        first = site.worker()
        wait_for(lambda: pictures(site) >= 50, "the first pictures", seconds=120)
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert 50 <= pictures(site) < COUNT, "killed in the middle"
        site.age_heartbeats()
        site.worker()
        wait_for(
            lambda: set(site.query("select status from jobs_job")) == {("done",)}, "the rest", seconds=120
        )
    finally:
        for process in site.workers:
            process.kill()
            process.wait()


def pictures(site: Site) -> int:
    return site.query(
        "select count(*) from imagesets_picture p join imagesets_imageset s on s.id = p.image_set_id where s.name = 'made'"
    )[0][0]
