"""The catalogue of control indicators, and what is known of each on a site. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from shapely.geometry.base import BaseGeometry

from checks.classes.rule import Stage
from checks.rule import State, When
from gis.errors import Text

Group = Literal[
    "land",
    "planning",
    "municipal",
    "greening",
    "ecology",
    "energy",
    "water",
    "geology",
    "defence",
    "heritage",
    "landscape",
    "admission",
    "other",
]
GROUPS: Final[tuple[Group, ...]] = get_args(Group)
"""Groups of the list in the order in which it is printed."""

GROUP_WORDS: Final[Mapping[Group, Text]] = {
    "land": Text("土地资源", "Land"),
    "planning": Text("规划控制", "Planning"),
    "municipal": Text("市政配套", "Municipal facilities"),
    "greening": Text("绿地与海绵", "Greening and sponge city"),
    "ecology": Text("生态环保", "Environment"),
    "energy": Text("节能", "Energy"),
    "water": Text("水保与防洪", "Soil, water and floods"),
    "geology": Text("地质与抗震", "Geology and earthquakes"),
    "defence": Text("人防消防", "Civil defence and fire"),
    "heritage": Text("文物古树", "Heritage and trees"),
    "landscape": Text("景观", "Landscape"),
    "admission": Text("产业准入", "Industries admitted"),
    "other": Text("其他", "Other"),
}

Op = Literal["le", "ge", "eq", "in", "not_in", "has"]
OPS: Final[tuple[Op, ...]] = get_args(Op)
OP_WORDS: Final[Mapping[str, Text]] = {
    "le": Text("≤", "≤"),
    "ge": Text("≥", "≥"),
    "eq": Text("", ""),
    "in": Text("限于", "only"),
    "not_in": Text("禁止", "not"),
    "has": Text("涉及", "concerns"),
}
"""`has` tells what lies on the site; it binds through the rules."""

Binding = Literal["mandatory", "guiding"]
BINDING_WORDS: Final[Mapping[str, Text]] = {
    "mandatory": Text("强制", "Mandatory"),
    "guiding": Text("引导", "Guiding"),
}

Force = Literal["law", "statutory", "administrative", "reference", "draft"]
FORCES: Final[tuple[Force, ...]] = get_args(Force)
"""Order of legal force: law in force, statutory plans and lines, decisions of departments and
reviewed assessments, reference data, drafts."""

FORCE_WORDS: Final[Mapping[str, Text]] = {
    "law": Text("法律法规", "law"),
    "statutory": Text("法定规划及控制线", "statutory plan or line"),
    "administrative": Text("部门规定及评估成果", "department or assessment"),
    "reference": Text("参考", "reference"),
    "draft": Text("草案", "draft"),
}

Listed = Literal["admission_industries", "admission_uses", "negative_industries", "negative_uses"]
LISTED: Final[tuple[Listed, ...]] = get_args(Listed)
"""Lists of an assessment that an indicator may be filled from."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an indicator is filled from: exactly one of `layer`, `rule`, `site`, `listed`.

    A layer gives an attribute of its features, or their class where `attribute` is None. A rule
    gives a value in force where its finding is in one of `states`. `article` is the legal basis
    of what a layer says.
    """

    layer: str | None = None
    attribute: str | None = None
    rule: str | None = None
    value: str | None = None
    states: tuple[State, ...] = ("affected", "needs_person")
    site: Literal["area_m2", "length_m"] | None = None
    listed: Listed | None = None
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: a figure, a list or a word that a project is held to.

    `asked`: where nothing gives a value it is listed as still to be given by `authority`.
    """

    key: str
    group: Group
    name: Text
    op: Op
    pack: str
    unit: str | None = None
    binding: Binding = "mandatory"
    stage: Stage | None = None
    verify: Text | None = None
    authority: str | None = None
    note: Text | None = None
    aliases: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    when: When | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True)
class IndicatorCatalogue:
    """All indicators by key, and the group of each kind of assessment for outputs of its own."""

    indicators: Mapping[str, Indicator]
    kinds: Mapping[str, Group] = field(default_factory=dict)

    def find(self, key: str) -> Indicator | None:
        """Return an indicator by its key or one of its other names."""
        if key in self.indicators:
            return self.indicators[key]
        named = [item for item in self.indicators.values() if key in item.aliases]
        return named[0] if named else None


Value = float | str | bool | tuple[str, ...]
OriginKind = Literal["site", "plan", "layer", "rule", "assessment", "department"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who says so: a layer's edition, a rule, an assessment, a department's sheet, the site."""

    kind: OriginKind
    id: str
    title: Text
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of one indicator from one source.

    `place` is the part of the site that it holds for; None: the whole site. `share` is that
    part's share of the site.
    """

    indicator: Indicator
    value: Value | None
    unit: str | None
    origin: Origin
    force: Force
    article: str | None = None
    binding: Binding = "mandatory"
    stage: Stage | None = None
    place: BaseGeometry | None = None
    share: float | None = None
    where: str | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in its place of the list.

    `conflict`: another source says otherwise of the same place. `governs`: of those in conflict
    it goes first, by legal force, then as the stricter one.
    """

    entry: Entry
    conflict: bool
    governs: bool
