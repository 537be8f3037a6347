"""A reader study as arrays, whatever it was read from: who said what of which case."""

from dataclasses import dataclass, fields, replace

import numpy as np

KINDS = ("detect", "pair", "hype", "class")


@dataclass(frozen=True)
class Readings:
    """Cases are columns, readers rows; NaN is no answer.

    truth (cases,) 1 synthetic, 0 real; said (readers, cases) 1 'synthetic'. kind 'pair': a case is a pair and all are 1, said is 1
    where the synthetic one was named. ratings (readers, cases): rise with 'synthetic'; equal to said where no confidence was asked.
    places: 0, 1, ... in the reader's order; seconds: spent looking, interrupted trials included; idle: seconds paused or out of sight;
    phases: the phase in which it was read. clusters, sources, strata (cases,): '' for a case alone, for a real one, for none.
    groups (readers,): '' for none; counted (readers,): False for machines and for who could see the truth: shown, and in no figure
    over readers. first_side (readers, cases): of pairs, 1 where the left one was named."""

    truth: np.ndarray
    said: np.ndarray
    ratings: np.ndarray
    places: np.ndarray
    seconds: np.ndarray
    idle: np.ndarray
    interrupted: np.ndarray
    phases: np.ndarray
    clusters: np.ndarray
    sources: np.ndarray
    strata: np.ndarray
    groups: np.ndarray
    counted: np.ndarray
    graded: bool = False
    kind: str = "detect"
    first_side: np.ndarray | None = None

    @property
    def right(self) -> np.ndarray:
        """(readers, cases): 1 where the answer was right, NaN without one."""
        return np.where(np.isnan(self.said), np.nan, self.said == self.truth)

    @property
    def clean_seconds(self) -> np.ndarray:
        """Without interrupted trials."""
        return np.where(self.interrupted == 1, np.nan, self.seconds)

    def of(self, readers: np.ndarray) -> "Readings":
        """The same study with these readers (a mask) alone."""
        tables = {
            name: getattr(self, name)[readers] for name in READER_FIELDS if getattr(self, name) is not None
        }
        return replace(self, **tables)

    def on(self, cases: np.ndarray) -> "Readings":
        """The same study with these cases (a mask) alone."""
        tables = {name: getattr(self, name)[:, cases] for name in TABLES if getattr(self, name) is not None}
        return replace(self, **tables, **{name: getattr(self, name)[cases] for name in CASE_FIELDS})

    @property
    def counting(self) -> np.ndarray:
        """(readers,): a mask of those that count over readers and answered anything."""
        return self.counted & ~np.isnan(self.said).all(axis=1)

    def people(self) -> "Readings":
        return self.of(self.counting)

    def in_order(self, table: np.ndarray) -> np.ndarray:
        """(readers, positions): the table along each reader's own order of the cases that count."""
        ordered = np.full(table.shape, np.nan)
        for row, (places, values) in enumerate(zip(self.places, table)):
            cases = np.flatnonzero(np.isfinite(places))
            ordered[row, : len(cases)] = values[cases[np.argsort(places[cases], kind="stable")]]
        return ordered if np.isfinite(self.places).any() else ordered[:, :0]


TABLES = ("said", "ratings", "places", "seconds", "idle", "interrupted", "phases", "first_side")
CASE_FIELDS = ("truth", "clusters", "sources", "strata")
READER_FIELDS = (*TABLES, "groups", "counted")


def readings(truth: np.ndarray, said: np.ndarray, **given: object) -> Readings:
    """Readings with what is not known left blank: for notebooks, imports and tests."""
    shape = said.shape
    blank: dict[str, object] = {
        "ratings": said, **{name: np.full(shape, np.nan) for name in ("places", "seconds", "idle", "phases")},
        "interrupted": np.zeros(shape), "counted": np.ones(shape[0], bool), "groups": np.full(shape[0], "", object),
        **{name: np.full(shape[1], "", object) for name in ("clusters", "sources", "strata")},
    }  # fmt: skip
    unknown = set(given) - {field.name for field in fields(Readings)}
    if unknown:
        raise TypeError(f"Readings have no {', '.join(sorted(unknown))}.")
    return Readings(truth=truth, said=said, **(blank | given))  # type: ignore[arg-type]
