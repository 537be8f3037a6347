"""The benchmark of collapse may be shared by many processes: which piece of work a word names, and where it is kept."""

import json

import pytest

from benchmarks import mode_collapse


def test_a_word_names_a_part_a_collection_or_one_piece_of_work():
    assert mode_collapse.asked_for(["clean:small-chest:random"]) == [("clean", "small chest", "random")]
    assert {encoder for _part, _name, encoder in mode_collapse.asked_for(["clean:chest"])} == {
        "random", "pixels", "radiomics",
    }  # fmt: skip
    assert len(mode_collapse.asked_for(["copies"])) == 3
    with pytest.raises(SystemExit, match="dropt names no part; there are dropped:small chest:random"):
        mode_collapse.asked_for(["dropt"])


def test_a_draw_depends_on_its_part_collection_and_encoder_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(mode_collapse, "KEPT", tmp_path)
    monkeypatch.setattr(
        mode_collapse, "collection", lambda name, folder: type("Data", (), {"pictures": None})
    )
    monkeypatch.setattr(mode_collapse, "features", lambda pictures, encoder, cache: None)
    drawn = lambda data, rows, rng, draws: [float(rng.random())]  # noqa: E731
    monkeypatch.setattr(mode_collapse, "PARTS", {"clean": (drawn, 1), "shrunk": (drawn, 1)})
    for part, encoder in (("clean", "random"), ("clean", "pixels"), ("shrunk", "random")):
        mode_collapse.measure(part, "small chest", encoder, tmp_path)
    kept = {path.stem: json.loads(path.read_text()) for path in tmp_path.iterdir()}
    assert sorted(kept) == [
        "clean-small-chest-pixels",
        "clean-small-chest-random",
        "shrunk-small-chest-random",
    ]
    assert len({value[0] for value in kept.values()}) == 3
    (tmp_path / "clean-small-chest-random.json").unlink()
    mode_collapse.measure("clean", "small chest", "random", tmp_path)
    assert (
        json.loads((tmp_path / "clean-small-chest-random.json").read_text())
        == kept["clean-small-chest-random"]
    )
