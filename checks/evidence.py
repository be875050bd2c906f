"""What a test found: its truth, why it is open, how sure it is, and the measures behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from shapely.geometry.base import BaseGeometry

from checks.conditions import Truth
from gis.certainty import Certainty
from gis.errors import Text
from gis.overlay import Passed
from gis.stationing import Stretch


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was not assessed or does not apply."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class ClassShare:
    """Union measure of one class under the site; `size` is an area, or a length for lines.

    `along`: of linear works on their ground, the length of their line in the class.
    """

    code: str | None
    name: Text | None
    size: float
    share: float | None
    along: float | None = None


@dataclass(frozen=True, slots=True)
class FeatureHit:
    """One feature touched (图斑): its union measure under the site and its report fields.

    `stations` (桩号) tell where along a linear site it lies; empty for other sites.
    """

    id: str
    name: str | None
    code: str | None
    area_m2: float | None
    length_m: float | None
    distance_m: float | None
    fields: Mapping[str, object]
    stations: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class PartShare:
    """The same measure for one part of a multi-part site."""

    no: int
    area_m2: float | None
    length_m: float | None
    share: float | None
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class Band:
    """Ground of one class, or of values from `low` (None: the least) to `high` (None: the most).

    `taken`: the rule is about this ground.
    """

    code: str | None
    name: Text | None
    low: float | None
    high: float | None
    share: float
    taken: bool
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class Evidence:
    """Measures of one test. None: does not apply. Tolerance never changes a measure.

    `borderline` lists features that meet the site only within the accuracy of the data, or miss
    it by less: each alone would be doubtful, whatever the rule's answer as a whole. `remainder` is
    what of the site the pieces leave: `site` for all of it.
    """

    area_m2: float | None = None
    share: float | None = None
    length_m: float | None = None
    count: int | None = None
    distance_m: float | None = None
    classes: tuple[ClassShare, ...] = ()
    features: tuple[FeatureHit, ...] = ()
    parts: tuple[PartShare, ...] = ()
    borderline: tuple[FeatureHit, ...] = ()
    edge_m2: float = 0.0
    edge_count: int = 0
    pieces: BaseGeometry | None = None
    remainder: BaseGeometry | Literal["site"] | None = None
    share_covered: float | None = None
    limit: float | None = None
    statistics: Mapping[str, float | None] = field(default_factory=dict)
    bands: tuple[Band, ...] = ()

    def with_edge(self, passed: Passed) -> Evidence:
        """The same measures, and what tolerance set aside."""
        return replace(self, edge_m2=passed.edge_m, edge_count=passed.edge_count)


NOTHING = Evidence()
"""Nothing was measured."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of a test. An unknown `truth` has a `cause`: missing data, or a person's word.

    `missing` names the layers whose data left it open; `by_table`: uses that differ fit by the
    compatibility table.
    """

    truth: Truth
    evidence: Evidence = NOTHING
    certainty: Certainty | None = None
    cause: Literal["data", "person"] | None = None
    reason: Reason | None = None
    question: Text | None = None
    missing: frozenset[str] = frozenset()
    by_table: bool = False

    @staticmethod
    def no_data(reason: Reason, evidence: Evidence = NOTHING) -> Answer:
        """An answer that rests on data which is not there."""
        return Answer(None, evidence, cause="data", reason=reason)

    @staticmethod
    def ask(question: Text, evidence: Evidence = NOTHING) -> Answer:
        """An answer that a person must complete."""
        return Answer(None, evidence, cause="person", question=question)

    def negated(self) -> Answer:
        """The answer of `not`: the same evidence, the opposite truth."""
        return self if self.truth is None else replace(self, truth=not self.truth)
