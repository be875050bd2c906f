"""The forms of a pack's files, as pydantic reads them: unknown keys are refused.

What nests freely (`test`, `when`, `values`) stays raw here and is read by `test_parser`,
`when` and `values`. Optional keys may be absent or null.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, FiniteFloat, StringConstraints, model_validator

from checks.rule import Severity, VerdictFamily
from gis.errors import Text
from layers.catalog import Strict

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _iso_day(value: object) -> object:
    """Pass `2026-01-31` on; a time, or a number of seconds, is no day of the law."""
    if isinstance(value, str) and not _ISO_DAY.fullmatch(value.strip()):
        raise ValueError(
            Text(f"“{value}”不是日期，应如 2026-01-31", f"{value!r} is not a date like 2026-01-31")
        )
    return value


Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,59}$")]
Day = Annotated[date, BeforeValidator(_iso_day)]
NotNegative = Annotated[FiniteFloat, Field(ge=0)]


class Bilingual(Strict):
    """A sentence in both languages."""

    zh: Filled
    en: Filled

    def text(self) -> Text:
        """Return the same as a `Text`."""
        return Text(self.zh, self.en)


class SayForm(Strict):
    """The three sentences of a rule."""

    affected: Bilingual
    clear: Bilingual
    not_assessed: Bilingual


class BasisForm(Strict):
    """One legal basis.

    A basis that does not state its force counts as `internal`: nothing is shown as law that the
    file does not call law.
    """

    title: Filled
    article: str | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    force: Literal["in_force", "trial", "draft", "internal"] | None = None
    role: Literal["prohibition", "approval", "exception"] | None = None
    when: Any = None

    @model_validator(mode="after")
    def _in_order(self) -> BasisForm:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(
                Text(
                    f"有效期颠倒：{self.valid_from} 至 {self.valid_to}",
                    f"valid_to {self.valid_to} lies before valid_from {self.valid_from}",
                )
            )
        return self


class ToleranceForm(Strict):
    """What is set aside before a hit counts."""

    area_m2: NotNegative | None = None
    width_m: NotNegative | None = None


class ActionForm(Strict):
    """The approval item that a hit asks for."""

    item: str | None = None
    papers: tuple[Filled, ...] | None = None


class RuleForm(Strict):
    """One rule of `rules/*.yaml`."""

    code: Code
    title: Bilingual
    layer: Filled
    test: Any
    severity: Severity
    verdict_family: VerdictFamily
    basis: Annotated[tuple[BasisForm, ...], Field(min_length=1)]
    say: SayForm
    authority: Filled
    when: Any = None
    tolerance: ToleranceForm | None = None
    values: dict[str, Any] | None = None
    action: ActionForm | None = None
    checked_on: Day | None = None
    note: Bilingual | None = None


class PackForm(Strict):
    """`pack.yaml`. `groups` name sets of classes for `@group` in the pack's rules."""

    name: Key
    jurisdiction: str | None = None
    over: tuple[Key, ...] | None = None
    status: str | None = None
    groups: dict[Key, Annotated[tuple[Filled, ...], Field(min_length=1)]] | None = None


class ScenarioForm(Strict):
    """One scenario. `defaults`: facts assumed where the project is silent, printed in reports."""

    key: Key
    title: Bilingual
    rules: Annotated[tuple[Filled, ...], Field(min_length=1)]
    when: Any = None
    required_layers: tuple[Filled, ...] | None = None
    sections: tuple[Annotated[int, Field(ge=1, le=13)], ...] | None = None
    defaults: dict[str, Any] | None = None


class ScenariosForm(Strict):
    """`scenarios.yaml`. Each entry is validated by itself, so that a fault names its key."""

    scenarios: tuple[dict[str, Any], ...]
