"""Cases in planners' words: what a rule must say when this or that lies on the site.

A file holds `cases`, each with a rule, a day, facts, what the layers hold, and what is expected:
the state, and if wanted the severity, measures and the law cited. The site is an imaginary
square; what lies on it is given as a share of the site or a distance.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import shapely
from pydantic import Field, model_validator

from checks.classes.cases import EntryCaseForm, Held, judge
from checks.facts import project_of
from checks.rule import Rulebook, Scenario, Severity, State
from checks.rulebook.case_settings import with_settings
from checks.rulebook.case_store import CRS, SOUTH, WEST, Imagined, Vouched
from checks.rulebook.models import Code, Day, Filled, NotNegative
from checks.rulebook.tools import find_rule
from gis.errors import LantuError, Text
from gis.site import Site
from layers.catalog import LayerSpec
from layers.strict import Strict
from layers.yaml_file import load

Measure = Literal["area_m2", "share", "length_m", "count", "distance_m"]
_TOLERANCE = 1e-6
"""Measures of a case are exact by construction: only rounding may differ."""


class ThingForm(Strict):
    """One feature: the share of the site that it covers, or how far east of the site it lies.

    `value` is what a raster holds on that share. Things with shares lie side by side.
    """

    share: Annotated[float, Field(ge=0, le=1)] | None = None
    distance_m: NotNegative | None = None
    class_: str | None = Field(default=None, alias="class")
    attributes: dict[str, str] | None = None
    value: float | None = None

    @model_validator(mode="after")
    def _one_place(self) -> ThingForm:
        if (self.share is None) == (self.distance_m is None):
            raise ValueError(
                Text("share 与 distance_m 须且只能写一个", "either share or distance_m, not both")
            )
        return self


class CaseForm(Strict):
    """One case. A layer that is not named, or null, has no data; `[]`: data, and nothing there.

    `whole` names layers that the office vouches hold everything; `settings` are values that the
    office sets where the rule leaves them open. `cites`: titles or articles of the law cited.
    """

    case: Filled
    rule: Code
    as_of: Day
    expect: State
    site_ha: Annotated[float, Field(gt=0, le=10_000)] = 1.0
    facts: dict[str, Any] | None = None
    layers: dict[str, tuple[ThingForm, ...] | None] | None = None
    whole: tuple[Filled, ...] = ()
    settings: dict[str, Any] | None = None
    severity: Severity | None = None
    measures: dict[Measure, float] | None = None
    cites: tuple[Filled, ...] = ()
    verdict: str | None = None


class CasesForm(Strict):
    """A file of cases: of rules in `cases`, of classes, waivers and deadlines in `entry_cases`.

    `projects` are facts by a name, for `project` of `entry_cases`.
    """

    cases: tuple[CaseForm, ...] = ()
    entry_cases: tuple[EntryCaseForm, ...] = ()
    projects: dict[str, dict[str, Any]] | None = None

    @model_validator(mode="after")
    def _some(self) -> CasesForm:
        if not self.cases and not self.entry_cases:
            raise ValueError(Text("没有案例", "no case"))
        return self


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of one case; `wrong` tells what beside the state is not as expected."""

    file: str
    case: str
    rule: str
    expected: State | Held
    state: State | Held
    wrong: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the rule said what was expected."""
        return self.state == self.expected and not self.wrong


def case_files(paths: Iterable[Path]) -> list[Path]:
    """Return files of cases: a folder stands for its `*.yaml`."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    return found


def read_cases(path: Path) -> tuple[CaseForm, ...]:
    """Read the cases of one file.

    Raises
    ------
    LantuError
        `bad_file`.
    """
    return load(CasesForm, path).cases


def run_cases(path: Path, book: Rulebook, specs: Mapping[str, LayerSpec]) -> list[CaseResult]:
    """Run the cases of one file.

    Raises
    ------
    LantuError
        `bad_file`, `unknown_rule`, `unknown_fact`, `bad_fact`, `unknown_layer`, `bad_rule`.
    """
    form = load(CasesForm, path)
    results = []
    for case in form.cases:
        found = _finding(case, path, book, specs)
        wrong = tuple(_wrong(case, found))
        results.append(
            CaseResult(path.name, case.case, case.rule, case.expect, found["state"], wrong)
        )
    for entry in form.entry_cases:
        where = f"{path.name}: {entry.case}"
        state, wrong = judge(entry, form.projects or {}, book, where)
        results.append(CaseResult(path.name, entry.case, entry.entry, entry.expect, state, wrong))
    return results


def _wrong(case: CaseForm, found: Mapping[str, Any]) -> Iterable[str]:
    """Name what the finding says otherwise than the case."""
    if case.severity not in (None, found["severity"]):
        yield f"severity {found['severity']}"
    if case.verdict not in (None, found["verdict"]["zh"]):
        yield f"verdict {found['verdict']['zh']}"
    for key, wanted in (case.measures or {}).items():
        measured = found["measures"][key]
        if measured is None or not math.isclose(
            measured, wanted, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE
        ):
            yield f"{key} {measured}"
    cited = "；".join(f"{basis['title']}{basis['article'] or ''}" for basis in found["basis"])
    for words in case.cites:
        if words not in cited:
            yield f"cites {cited}"


def _finding(
    case: CaseForm, path: Path, book: Rulebook, specs: Mapping[str, LayerSpec]
) -> dict[str, Any]:
    from checks.screening import screen

    where = f"{path.name}: {case.case}"
    project = project_of(case.facts, book.facts, where=where)
    scenario = Scenario("case", Text("案例", "case"), "", _with_asked(book, case.rule))
    book = with_settings(book, case.rule, case.settings or {}, where=where)
    side = (case.site_ha * 10_000.0) ** 0.5
    square = shapely.box(WEST, SOUTH, WEST + side, SOUTH + side)
    site = Site(name="1", geometry=square, crs=CRS, source_crs=CRS)
    for layer in (*(case.layers or {}), *case.whole):
        if layer not in specs:
            raise _unknown_layer(layer, where)
    known = Vouched(specs, case.whole)
    with tempfile.TemporaryDirectory(prefix="lantu-case-") as folder:
        store = Imagined(known, side, Path(folder))
        for layer, things in (case.layers or {}).items():
            if things is not None:
                store.put(layer, things)
        report = screen(
            site,
            project=project,
            scenario=scenario,
            rulebook=book,
            store=store,
            as_of=case.as_of,
            confidential=True,
        )
    findings = {finding["code"]: finding for finding in report.data["findings"]}
    found: dict[str, Any] = findings[case.rule]
    return found


def _unknown_layer(layer: str, where: str) -> LantuError:
    return LantuError(
        "unknown_layer",
        Text(f"没有图层“{layer}”", f"No layer {layer!r}"),
        Text("请核对图层键", "Check the key of the layer"),
        where=where,
    )


def _with_asked(book: Rulebook, code: str) -> tuple[str, ...]:
    """Return the rule and those that its `finding` tests ask, in the order of the rulebook."""
    wanted, open_codes = set[str](), [code]
    while open_codes:
        rule = find_rule(book, open_codes.pop())
        if rule.code not in wanted:
            wanted.add(rule.code)
            open_codes += [leaf.code for leaf in rule.leaves() if leaf.code]
    return tuple(key for key in book.rules if key in wanted)
