"""Whole evaluations of tiny sets: what must hold of every number, what is refused, what a killed one keeps."""

import numpy as np
import pytest

from metrics.catalogue import METRICS
from metrics.evaluation import evaluate
from metrics.images import EvaluationRefused
from metrics.reports import Report
from tests.factories import blobs
from tests.metrics.examples import images

pytestmark = pytest.mark.usefixtures("thumbnails")


@pytest.fixture(scope="module")
def pictures():
    return blobs(60, seed=1), blobs(60, seed=2), blobs(60, seed=3, level=0.7)


def run(tmp_path, real, synthetic, **options):
    return evaluate(real, synthetic, cache=tmp_path / "cache", **options)


def values(report: Report) -> dict[str, float | None]:
    return {number.key: number.value for number in report.numbers}


def test_every_metric_has_a_number_or_a_reason(tmp_path, pictures):
    first, second, _third = pictures
    report = run(tmp_path, images(pixels=first), images(pixels=second))
    not_asked = {name for name, metric in METRICS.items() if metric.needs in {"pairs", "training"}}
    assert {number.metric for number in report.numbers} == set(METRICS) - not_asked
    for number in report.numbers:
        if number.value is None:
            assert str(number.absent)
            continue
        assert number.interval is not None
        centre = number.value if number.corrected is None else number.corrected
        assert number.interval[0] <= centre <= number.interval[1]
        assert number.floor is not None
        assert number.floor[0] <= number.floor[1]
        assert number.n_real == number.n_synthetic == 60
        assert number.protocol


def test_sets_of_one_kind_are_fine_and_of_another_kind_are_not(tmp_path, pictures):
    first, second, third = pictures
    alike = run(tmp_path, images(pixels=first), images(pixels=second))
    unlike = run(tmp_path, images(pixels=first), images(pixels=third))
    state = {report: {v.subject: v.state for v in report.verdicts} for report in ()}
    state = [{v.subject: v.state for v in report.verdicts} for report in (alike, unlike)]
    assert state[0]["fidelity"] == "fine"
    assert state[0]["diversity"] == "fine"
    assert state[1]["fidelity"] in {"warning", "alarm"}


def test_the_worst_verdict_comes_first(tmp_path, pictures):
    first, _second, third = pictures
    report = run(tmp_path, images(pixels=first), images(pixels=third))
    order = ["alarm", "warning", "fine", "none"]
    assert [v.state for v in report.verdicts] == sorted((v.state for v in report.verdicts), key=order.index)
    assert {v.subject for v in report.verdicts} == {"fidelity", "diversity", "memorisation"}


def test_one_image_again_and_again_is_no_variety(tmp_path, pictures):
    first, _second, _third = pictures
    rng = np.random.default_rng(0)
    same = [np.clip(first[0] + rng.integers(-2, 3, first[0].shape), 0, 255).astype(np.uint8) for _n in range(60)]  # fmt: skip
    report = run(tmp_path, images(pixels=first), images(pixels=same))
    diversity = next(v for v in report.verdicts if v.subject == "diversity")
    assert diversity.state == "alarm"
    assert "less varied" in str(diversity.finding)


def test_the_same_seed_gives_the_same_report(tmp_path, pictures):
    first, second, _third = pictures
    one, two = (run(tmp_path / str(k), images(pixels=first), images(pixels=second), seed=5) for k in range(2))
    assert {**one.to_data(), "seconds": 0} == {**two.to_data(), "seconds": 0}
    other = run(tmp_path / "0", images(pixels=first), images(pixels=second), seed=6)
    assert other.stacks != one.stacks
    assert (
        values(other)["kid:radiomics"] == values(one)["kid:radiomics"]
    )  # chance touches intervals, never values


def test_the_order_of_images_is_irrelevant(tmp_path, pictures):
    first, second, _third = pictures
    one = values(run(tmp_path, images(pixels=first), images(pixels=second)))
    two = values(run(tmp_path, images(pixels=first[::-1]), images(pixels=second[::-1])))
    drawn = {"ms_ssim"}  # of random pairs
    for key, value in one.items():
        if key not in drawn and value is not None:
            assert two[key] == pytest.approx(value, rel=1e-9), key


def test_a_report_survives_its_file(tmp_path, pictures):
    first, second, _third = pictures
    report = run(tmp_path, images(pixels=first), images(pixels=second), paired=True)
    assert Report.from_json(report.to_json()) == report


def test_a_planted_copy_leads_the_report(tmp_path, pictures):
    first, second, third = pictures
    training = blobs(60, seed=9)
    with_copy = [training[7], *second[1:]]
    report = run(tmp_path, images(pixels=first), images(pixels=with_copy), training=images(pixels=training))
    assert report.verdicts[0].subject == "memorisation"
    assert report.verdicts[0].state == "alarm"
    assert (report.pairs[0].synthetic, report.pairs[0].training) == (0, 7)
    assert report.pairs[0].distance == pytest.approx(0, abs=1e-9)
    assert report.pairs[0].correlation == pytest.approx(1)
    assert report.number("copies:radiomics").value == pytest.approx(1 / 60)


def test_new_images_are_no_copies(tmp_path, pictures):
    first, second, _third = pictures
    report = run(
        tmp_path, images(pixels=first), images(pixels=second), training=images(pixels=blobs(60, seed=9))
    )
    memorisation = next(v for v in report.verdicts if v.subject == "memorisation")
    assert memorisation.state == "fine"
    assert report.number("copies:radiomics").value == 0


def test_pairs_are_measured_pixel_by_pixel(tmp_path, pictures):
    first, _second, _third = pictures
    shifted = [np.clip(p.astype(int) + 10, 0, 255).astype(np.uint8) for p in first]
    expected = np.mean([np.abs(a.astype(float) - b).mean() for a, b in zip(first, shifted)])
    report = run(tmp_path, images(pixels=first), images(pixels=shifted), paired=True)
    assert report.number("mae").value == pytest.approx(expected, rel=1e-5)
    assert report.images[3].values["mae"] == pytest.approx(
        np.abs(first[3].astype(float) - shifted[3]).mean(), rel=1e-5
    )


def test_the_frechet_distance_says_that_images_are_too_few(tmp_path, pictures):
    first, second, _third = pictures
    report = run(tmp_path, images(pixels=first), images(pixels=second))
    number = report.number("frechet:radiomics")
    assert number.unfit
    assert "128" in str(number.caution)  # two images for each of 64 features
    assert not report.number("frechet_principal:radiomics").unfit


def test_the_fid_without_weights_says_how_to_get_them(tmp_path, pictures):
    first, second, _third = pictures
    number = run(tmp_path, images(pixels=first), images(pixels=second)).number("frechet:inception")
    assert number.value is None
    assert str(number.title) == "Fréchet Inception distance (FID)"
    assert "encoders install inception" in str(number.absent)


def test_a_killed_evaluation_goes_on_from_what_it_kept(tmp_path, pictures):
    first, second, _third = pictures

    class Killed(Exception):
        pass

    def stop_late(done, total, sentence):
        if "%(encoder)s: synthetic images" in sentence.template and done:
            raise Killed

    with pytest.raises(Killed):
        run(tmp_path, images(pixels=first), images(pixels=second), progress=stop_late)

    read = []
    counting = images(pixels=first)
    again = type(counting)(**{**counting.__dict__, "load": lambda p: read.append(p) or first[p]})
    report = run(tmp_path, again, images(pixels=second))
    fresh = run(tmp_path / "fresh", images(pixels=first), images(pixels=second))
    assert values(report) == values(fresh)
    assert len(read) <= 2 * 60, "the likeness of pairs and the view of the pixels read each image once more"


def test_progress_rises_and_ends(tmp_path, pictures):
    first, second, _third = pictures
    told = []
    run(tmp_path, images(pixels=first), images(pixels=second), progress=lambda *said: told.append(said))
    shares = [done / total for done, total, _sentence in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert all(str(sentence) for _done, _total, sentence in told)
    assert len({sentence.template for _done, _total, sentence in told}) > 6


def test_sets_that_overlap_are_noted(tmp_path, pictures):
    first, second, _third = pictures
    report = run(tmp_path, images(pixels=first), images(pixels=[*first[:4], *second[4:]]))
    assert "4 images" in str(report.notes[0])


def test_unlike_sizes_are_said(tmp_path, pictures):
    first, _second, _third = pictures
    report = run(tmp_path, images(pixels=first), images(pixels=blobs(60, size=48, seed=4)))
    assert any("32 × 32, 48 × 48" in str(note) for note in report.notes)
    assert report.number("ms_ssim").protocol["size"] == "32 × 32"


def test_a_flat_image_is_noted(tmp_path, pictures):
    first, second, _third = pictures
    flat = [np.full_like(first[0], 90), *second[1:]]
    report = run(tmp_path, images(pixels=first), images(pixels=flat))
    assert any("one flat grey" in str(note) for note in report.notes)


def test_features_of_a_network_are_compared_as_they_are(tmp_path, pictures):
    """Or a Frechet distance on Inception features would not be the FID."""
    from metrics.encoders.base import Intensity
    from metrics.encoders.random import RandomNetwork
    from metrics.functional.frechet import frechet_distance

    first, second, _third = pictures
    raw = [np.array(list(RandomNetwork().encode(p, intensity=Intensity(0, 255)))) for p in (first, second)]
    report = run(tmp_path, images(pixels=first), images(pixels=second), encoders=["random"])
    assert report.number("frechet:random").value == pytest.approx(frechet_distance(*raw), rel=1e-6)


def test_handmade_features_do_not_depend_on_their_units():
    from metrics.measuring import common_scale

    rng = np.random.default_rng(0)
    real, synthetic = rng.normal(size=(30, 3)), rng.normal(size=(20, 3))
    units, shift = np.array([1e6, 1e-3, 1.0]), np.array([5.0, -1.0, 0.0])
    plain = common_scale(real, synthetic, name="x")
    other = common_scale(real * units + shift, synthetic * units + shift, name="x")
    assert np.allclose(plain[1], other[1])
    assert plain[0].std(axis=0) == pytest.approx(1)


def test_an_interval_never_stands_upside_down(tmp_path, pictures):
    """Corrected for bias, the distance of a set to itself with a little noise lies below zero and is kept at zero."""
    first, _second, _third = pictures
    rng = np.random.default_rng(0)
    noisy = [np.clip(p + rng.normal(0, 8, p.shape), 0, 255).astype(np.uint8) for p in first]
    report = run(tmp_path, images(pixels=first), images(pixels=noisy))
    for number in report.numbers:
        assert number.value is None or number.interval[0] <= number.interval[1], number.key


def test_two_encoders_stand_side_by_side(tmp_path, pictures):
    first, second, _third = pictures
    report = run(tmp_path, images(pixels=first), images(pixels=second), encoders=["radiomics", "random"])
    assert {"kid:radiomics", "kid:random"} <= {number.key for number in report.numbers}
    assert [drawn.encoder for drawn in report.maps] == ["radiomics", "random"]
    assert next(v for v in report.verdicts if v.subject == "diversity").number == "vendi:radiomics"


def test_the_inception_score_stands_beside_the_real_sets_own():
    from metrics.feature_sets import Features
    from metrics.functional.inception import inception_score
    from metrics.one_set import inception_number

    rng = np.random.default_rng(0)
    sure = np.eye(5)[rng.integers(0, 5, 60)] * 0.9 + 0.02
    unsure = np.full((60, 5), 0.2)
    features = Features("inception", "Inception", sure, unsure, np.arange(60), np.arange(60), {})
    number = inception_number(features, "inception_score", sure, unsure, rng)
    assert number.value == pytest.approx(1)
    assert number.floor[0] <= inception_score(sure) <= number.floor[1]
    assert number.interval[0] >= 1


@pytest.mark.parametrize(
    "groups", [("a",) * 24, ("a",) * 22 + ("b", "b"), ("a",) * 20 + ("b", "c", "d", "e"), ("a", "") * 12]
)
@pytest.mark.parametrize("count", [10, 24])
def test_few_or_uneven_patients_are_no_obstacle(tmp_path, groups, count):
    report = run(
        tmp_path, images(count, groups=groups[:count]), images(count, seed=2, groups=groups[:count]), paired=True,
        training=images(count, seed=3, groups=groups[:count]),
    )  # fmt: skip
    for number in report.numbers:
        if number.value is not None:
            assert number.interval[0] <= number.interval[1], number.key


REFUSED = {
    "too few": ({"count": 9}, "at least 10 are needed"),
    "undeclared": ({"intensity": None}, "may not guess"),
    "upside down": ({"intensity": (255.0, 0.0)}, "the first must be lower"),
    "all flat": ({"pixels": [np.full((32, 32), k, np.uint8) for k in range(12)]}, "one flat grey"),
    "not finite": ({"pixels": [np.full((32, 32), np.nan, np.float32)] * 12}, "NaN"),
    "grey and colour": ({"pixels": [*blobs(11), np.zeros((32, 32, 3), np.uint8)]}, "mixes grey and colour"),
    "colour": ({"pixels": [np.stack([p] * 3, -1) for p in blobs(12)]}, "in colour"),
    "another unit": ({"unit": "HU"}, "not comparable"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_measured_is_refused_in_words(case, tmp_path):
    options, words = REFUSED[case]
    with pytest.raises(EvaluationRefused, match=words):
        run(tmp_path, images(12, unit="grey levels"), images(**{"count": 12, "seed": 2, **options}))


def test_pairs_of_unlike_count_are_refused(tmp_path):
    with pytest.raises(EvaluationRefused, match="as many synthetic as real"):
        run(tmp_path, images(12), images(13, seed=2), paired=True)
