"""Recipes as strict JSON, and pipelines whose every output can be made again bit for bit."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from generators.catalogue import CLASSICAL, MIXING, STEPS
from generators.parameters import UnusableInput
from generators.pipeline import BALANCES, InvalidRecipe, PipelineError, Recipe, Step, replay, run, schedule
from generators.recipes import PAIRINGS, json_schema
from tests.paths import DATA, needs_data

STEP_NAMES = list(STEPS)


def pictures(n=12, dtype=np.uint16, channels=None, seed=0):
    rng = np.random.default_rng(seed)
    shape = (n, 20, 24) if channels is None else (n, 20, 24, channels)
    return rng.integers(0, 65536, shape).astype(dtype), np.arange(n) % 3, rng.integers(0, 3, (n, 20, 24))


@pytest.mark.parametrize("name", STEP_NAMES)
def test_each_step_alone_replays_bit_for_bit_from_json(name):
    images, labels, masks = pictures(channels=3)
    recipe = Recipe((Step(name),))
    for out in run(recipe, images, labels, masks, count=4, seed=7):
        stored = json.loads(json.dumps(out.parameters))
        again = replay(images, labels, masks, stored)
        for one, other in zip(out[:3], again):
            np.testing.assert_array_equal(one, other)
        assert out.image.dtype == np.uint16
        assert out.label.sum() == pytest.approx(1, abs=1e-15)
        assert len(out.parameters["steps"]) == 1


@settings(max_examples=25, deadline=None)
@given(
    names=st.lists(st.sampled_from([n for n in STEP_NAMES if n != "clahe"]), min_size=1, max_size=4),
    chance=st.floats(0.05, 1),
    seed=st.integers(0, 2**63),
    balance=st.sampled_from(["as_is", "under", "over"]),
)
def test_any_pipeline_replays_and_survives_json(names, chance, seed, balance):
    images, labels, masks = pictures(5, channels=3)
    recipe = Recipe(tuple(Step(name, probability=chance) for name in names), balance)
    assert Recipe.from_json(recipe.to_json()) == recipe
    for out in run(recipe, images, labels, masks, count=3, seed=seed):
        again = replay(images, labels, masks, json.loads(json.dumps(out.parameters)))
        np.testing.assert_array_equal(out.image, again.image)
        np.testing.assert_array_equal(out.label, again.label)
        np.testing.assert_array_equal(out.mask, again.mask)


@pytest.mark.parametrize("name", STEP_NAMES)
def test_boxes_and_key_points_travel_and_replay(name):
    """A box around a key point in the middle: where both survive, the point is still in its box."""
    images, labels, masks = pictures(channels=3)
    beside = {
        "boxes": [[[6, 5, 16, 15, n]] for n in range(12)],
        "keypoints": [[[11, 10, n]] for n in range(12)],
    }
    for out in run(Recipe((Step(name),)), images, labels, masks, count=6, seed=3, **beside):
        again = replay(images, labels, masks, json.loads(json.dumps(out.parameters)), **beside)
        np.testing.assert_array_equal(out.boxes, again.boxes)
        np.testing.assert_array_equal(out.keypoints, again.keypoints)
        for x, y, number in out.keypoints:
            for x0, y0, x1, y1, _same in out.boxes[out.boxes[:, 4] == number]:
                assert x0 - 0.5 <= x <= x1 + 0.5
                assert y0 - 0.5 <= y <= y1 + 0.5


def test_outputs_can_be_made_from_named_pictures():
    images, labels, _masks = pictures()
    recipe = Recipe((Step("cutmix", partners="same_class"),), "equal")
    outs = list(run(recipe, images, labels, seed=1, sources=[4, 4, 7], start=1))
    assert [out.parameters["source"] for out in outs] == [4, 7]
    assert [out.label.argmax() for out in outs] == [1, 1]


def test_an_output_does_not_depend_on_those_before_it():
    images, labels, _masks = pictures()
    recipe = Recipe((Step("rotation", probability=0.5), Step("cutmix"), Step("gamma")))
    all_of_them = list(run(recipe, images, labels, count=30, seed=3))
    tail = list(run(recipe, images, labels, count=30, seed=3, start=17))
    assert [out.parameters for out in tail] == [out.parameters for out in all_of_them[17:]]
    np.testing.assert_array_equal(tail[0].image, all_of_them[17].image)
    longer = list(run(recipe, images, labels, count=40, seed=3))
    assert [out.parameters for out in longer[:30]] == [out.parameters for out in all_of_them]
    other = list(run(recipe, images, labels, count=30, seed=4))
    assert [out.parameters["steps"] for out in other] != [out.parameters["steps"] for out in all_of_them]


def test_inputs_stay_and_outputs_are_copies_even_when_no_step_is_taken():
    images, labels, masks = pictures()
    before = images.copy(), masks.copy()
    outs = list(run(Recipe((Step("cutout", probability=0.01),)), images, labels, masks, seed=0))
    assert any(not out.parameters["steps"] for out in outs)
    for out in outs:
        out.image[:] = 0
        out.mask[:] = 0
    np.testing.assert_array_equal(images, before[0])
    np.testing.assert_array_equal(masks, before[1])


def test_probabilities_are_kept():
    images, _labels, _masks = pictures(4)
    recipe = Recipe((Step("inversion", probability=0.3), Step("vertical_flip", probability=0.8)))
    taken = [s["name"] for out in run(recipe, images, count=1500, seed=5) for s in out.parameters["steps"]]
    assert stats.binomtest(taken.count("inversion"), 1500, 0.3).pvalue > 0.001
    assert stats.binomtest(taken.count("vertical_flip"), 1500, 0.8).pvalue > 0.001


def test_twelve_bits_of_sixteen_follow_the_declared_range():
    images = (pictures()[0] >> 4).astype(np.uint16)
    recipe = Recipe((Step("inversion"), Step("cutout", {"fill": 1.0}), Step("augmix")))
    for out in run(recipe, images, count=6, seed=1, data_range=(0, 4095)):
        assert out.image.max() <= 4095
        assert out.parameters["steps"][1]["parameters"]["fill"] == 4095


def test_pictures_are_read_one_at_a_time():
    class OnDisk:
        asked: list[int] = []

        def __len__(self):
            return 1_000_000

        def __getitem__(self, index):
            self.asked.append(index)
            return np.full((8, 8), index % 256, np.uint8)

    source = OnDisk()
    outputs = run(Recipe((Step("mixup"),)), source, count=3, seed=0)
    next(outputs)
    assert len(source.asked) == 2


@pytest.mark.parametrize("pairing", ["same_class", "other_class", "any"])
def test_partners_come_from_the_right_class_and_are_never_the_source(pairing):
    images, labels, _masks = pictures(30)
    for name in ("mixup", "ricap", "perlin"):
        for out in run(Recipe((Step(name, partners=pairing),)), images, labels, count=40, seed=1):
            source, partners = out.parameters["source"], out.parameters["steps"][0]["partners"]
            assert source not in partners
            assert len(set(partners)) == STEPS[name].partners - 1
            same = labels[partners] == labels[source]
            assert pairing == "any" or (same == (pairing == "same_class")).all()


CLASSES = np.repeat([0, 1, 2], [50, 20, 7])


@pytest.mark.parametrize(
    ("balance", "expected"),
    [("as_is", [50, 20, 7]), ("under", [7, 7, 7]), ("over", [50, 50, 50]), ("equal", [0, 30, 43])],
)
def test_balances(balance, expected):
    chosen = schedule(77, CLASSES, balance, None, seed=2)
    assert np.bincount(CLASSES[chosen], minlength=3).tolist() == expected
    uses = np.bincount(chosen, minlength=77)
    for label in range(3):  # within a class no picture is used twice more than another
        assert np.ptp(uses[label == CLASSES]) <= 1 or balance == "under"
    assert uses.max() <= -(-max(expected) // 7)
    np.testing.assert_array_equal(schedule(77, CLASSES, balance, 500, seed=2)[: len(chosen)], chosen)
    assert (schedule(77, CLASSES, balance, None, seed=3) != chosen).any()


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=40), st.sampled_from(list(BALANCES)), st.integers(0, 200)
)
def test_every_pass_uses_the_pool_evenly(classes, balance, count):
    rows = np.array(classes)
    sizes = np.unique(rows, return_counts=True)[1]
    if balance == "equal" and np.ptp(sizes) == 0 and count:
        with pytest.raises(PipelineError, match="as_is"):
            schedule(len(rows), rows, balance, count, 0)
        return
    chosen = schedule(len(rows), rows, balance, count, 0)
    assert len(chosen) == count
    pool = np.bincount(schedule(len(rows), rows, balance, None, 0), minlength=len(rows))
    used = np.bincount(chosen, minlength=len(rows))
    passes = count // max(pool.sum(), 1)
    assert (used >= passes * pool).all()
    assert (used <= (passes + 1) * pool).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (dict(images=[]), "no pictures"),
        (dict(labels=[0, 1]), "2 labels for 12"),
        (dict(labels=np.zeros((12, 2, 2))), "Labels"),
        (dict(masks=[None] * 12), "no mask"),
        (dict(masks=np.zeros((3, 20, 24), int)), "3 masks"),
        (dict(seed=-1), "seed"),
        (dict(recipe=Recipe((Step("perlin"),)), labels=None), "no labels; set partners to any"),
        (dict(recipe=Recipe((Step("perlin"),)), labels=[0] * 12), "one class"),
        (dict(recipe=Recipe((Step("mixup", partners="same_class"),)), labels=range(12)), "there is none"),
        (dict(recipe=Recipe((Step("cutout"),), "over"), labels=None), "needs labels"),
        (dict(recipe=Recipe((Step("crop", {"resize": False}), Step("mixup")))), "one size"),
        (dict(recipe=Recipe((Step("channel_shuffle"),))), "grey"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(change, words):
    images, labels, masks = pictures()
    given_values = (
        dict(recipe=Recipe((Step("cutmix"),)), images=images, labels=labels, masks=masks, seed=0) | change
    )
    with pytest.raises(UnusableInput, match=words):
        list(run(**given_values))


def test_replay_refuses_another_schema_and_missing_pictures():
    images, labels, _masks = pictures()
    out = next(run(Recipe((Step("cutmix"),)), images, labels, seed=0))
    with pytest.raises(PipelineError, match="schema 2"):
        replay(images, labels, None, out.parameters | {"schema": 2})
    with pytest.raises(PipelineError, match="there are 1"):
        replay(images[:1], labels[:1], None, out.parameters | {"source": 5})


def example(**changes):
    return {
        "schema": 1,
        "balance": "as_is",
        "steps": [{"name": "mixup", "options": {"alpha": 0.4}} | changes],
    }


def test_a_recipe_reads_what_it_writes():
    recipe = Recipe.from_dict(example(probability=1, partners="same_class"))
    assert recipe.steps[0].options.alpha == 0.4
    assert recipe.steps[0].probability == 1.0
    assert recipe.to_dict()["steps"][0]["partners"] == "same_class"
    assert Recipe.from_json(recipe.to_json()) == recipe
    everything = Recipe(tuple(Step(name) for name in STEPS))
    assert Recipe.from_dict(json.loads(everything.to_json())) == everything


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (example() | {"schema": 2}, "schema 2"),
        (example() | {"schema": True}, "schema True"),
        ({"steps": []}, "lacks 'schema'"),
        ({"schema": 1, "steps": []}, "1 to 50 steps"),
        ({"schema": 1, "steps": [{"name": "cutout"}] * 51}, "has 51"),
        ({"schema": 1, "steps": "mixup"}, "must be a list"),
        (example() | {"balance": "fair"}, "as_is, under, over, equal"),
        (example() | {"note": 1}, "unknown name 'note'"),
        ([], "must be an object"),
        (example(name="mixupp"), "no step called 'mixupp'"),
        (example(name=["mixup"]), "no step called"),
        (example(colour=1), "Step 1 has the unknown name 'colour'"),
        (example(options={"alpha": "1"}), "Step mixup: alpha is '1', but must be a number"),
        (example(options={"alpha": -1}), "at least 0.01"),
        (example(options=[1]), "names with values"),
        (example(probability=0), "above 0"),
        (example(probability=True), "above 0"),
        (example(partners="friends"), "any, same_class, other_class"),
        ({"schema": 1, "steps": [{"name": "cutout", "partners": "any"}]}, "takes no partners"),
    ],
)
def test_wrong_recipes_are_refused_in_words(values, words):
    with pytest.raises(InvalidRecipe, match=words):
        Recipe.from_dict(values)


@pytest.mark.parametrize("text", ["", "{", "NaN", '{"schema": Infinity}', "[" * 100_000, b"\xff\xfe\x00"])
def test_what_is_not_json_is_refused(text):
    with pytest.raises(InvalidRecipe):
        Recipe.from_json(text)


nested = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["schema", "steps", "name", "options", "alpha", "probability", "partners", "balance"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(nested)
def test_no_json_does_more_than_be_refused(values):
    steps = values if isinstance(values, list) else [values]
    for candidate in (
        values,
        {"schema": 1, "steps": steps},
        example(options=values),
        example(partners=values),
    ):
        try:
            recipe = Recipe.from_dict(candidate)
        except InvalidRecipe:
            continue
        assert Recipe.from_json(recipe.to_json()) == recipe


def test_the_schema_names_every_step_and_option():
    schema = json.loads(json.dumps(json_schema()))
    steps = schema["properties"]["steps"]["items"]["oneOf"]
    assert [step["properties"]["name"]["const"] for step in steps] == [*MIXING, *CLASSICAL]
    mixup = next(step for step in steps if step["properties"]["name"]["const"] == "mixup")["properties"]
    assert mixup["options"]["properties"]["alpha"]["minimum"] == 0.01
    assert mixup["partners"]["enum"] == ["", *PAIRINGS]


@needs_data
def test_real_slices_keep_their_segmentation():
    """Hippocampus MRI: after a mild geometric pipeline the masked region still has nearly the grey levels it had."""
    data = np.load(DATA / "seg_msd_hippocampus" / "slices_64.npz")
    images, masks = data["images"][:200], data["masks"][:200]
    recipe = Recipe((Step("elastic"), Step("rotation"), Step("horizontal_flip", probability=0.5)))
    differences = []
    for out in run(recipe, images, None, masks, seed=1):
        source = out.parameters["source"]
        assert set(np.unique(out.mask)) <= set(np.unique(masks[source])) | {0}
        if (masks[source] > 0).sum() > 50 and (out.mask > 0).any():
            before, after = (
                float(i[m > 0].mean()) for i, m in ((images[source], masks[source]), (out.image, out.mask))
            )
            differences.append(abs(after - before) / images[source].std())
    assert len(differences) > 50
    assert np.median(differences) < 0.05
