"""The cache of features is kept within a size, the oldest files go first."""

import os

import pytest
from django.core.management import CommandError, call_command

from metrics.tidying import tidy


@pytest.fixture
def cache(tmp_path):
    """Five files of 1,000 bytes in three folders, written a day apart."""
    for number, name in enumerate(("old/a.npz", "old/b.npz", "looks/c.npz", "new/d.npz", "new/e.npz")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(1000))
        os.utime(path, (86400 * (number + 1),) * 2)
    return tmp_path


def test_the_oldest_go_until_the_rest_fits(cache):
    done = tidy(cache, keep=2500)
    assert (done.removed, done.removed_bytes, done.kept, done.kept_bytes) == (3, 3000, 2, 2000)
    assert sorted(path.name for path in cache.rglob("*")) == ["d.npz", "e.npz", "new"]


def test_what_fits_stays_and_an_absent_cache_is_no_error(cache):
    assert tidy(cache, keep=5000).removed == 0
    assert tidy(cache / "nowhere", keep=0).kept == 0


def test_by_command(cache, settings, capsys):
    settings.FEATURES_DIR = cache
    call_command("features", "clean", "--keep", "0.000003")
    assert "2 files removed" in capsys.readouterr().out
    with pytest.raises(CommandError, match="--keep -1 was given"):
        call_command("features", "clean", "--keep", "-1")
    assert len(list(cache.rglob("*.npz"))) == 3
