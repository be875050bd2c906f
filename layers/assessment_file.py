"""The form of `assessment.yaml`, read strictly: unknown keys are refused with their place."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, FiniteFloat, StringConstraints, model_validator

from gis.errors import Text
from layers.strict import Named, Strict

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _iso_day(value: object) -> object:
    if isinstance(value, str) and not _ISO_DAY.fullmatch(value.strip()):
        raise ValueError(
            Text(f"“{value}”不是日期，应如 2026-01-31", f"{value!r} is not a date like 2026-01-31")
        )
    return value


def _decimal(value: object) -> object:
    """Keep a total as the text of its number: sums of totals are exact."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise ValueError(Text(f"“{value}”不是数字", f"{value!r} is no number")) from error
    if not number.is_finite() or number < 0:
        raise ValueError(
            Text(f"“{value}”应为非负有限数", f"{value!r} should be finite and not negative")
        )
    return str(number)


Day = Annotated[date, BeforeValidator(_iso_day)]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
Quantity = Annotated[str, BeforeValidator(_decimal)]


class ParkForm(Strict):
    """The park."""

    code: Filled
    name: Filled


class JointForm(Strict):
    """Several kinds under one review."""

    name: Filled
    lead: Filled
    kinds: Annotated[tuple[Key, ...], Field(min_length=2)]


class ReviewForm(Strict):
    """The review."""

    body: Filled | None = None
    date: Day | None = None
    conclusion: Filled | None = None
    public: bool | None = None
    joint: JointForm | None = None


class AcknowledgedForm(Strict):
    """One department's acknowledgement."""

    authority: Filled
    document: Filled | None = None
    date: Day | None = None


class BlockForm(Strict):
    """One block."""

    id: Filled
    state: Filled


class PartialForm(Strict):
    """What holds for sites that lie inside in part."""

    rule: Literal["supplement", "own_assessment"]
    source: Filled | None = None


class LimitForm(Strict):
    """One limit of the envelope."""

    fact: Filled
    min: FiniteFloat | None = None
    max: FiniteFloat | None = None
    when: Any = None
    source: Filled | None = None


class TotalForm(Strict):
    """One total of the park."""

    name: Filled
    fact: Filled
    unit: Filled | None = None
    limit: Quantity


class ChoiceForm(Strict):
    """Industries and uses."""

    industries: tuple[Filled, ...] | None = None
    uses: tuple[Filled, ...] | None = None


class DutyForm(Strict):
    """One duty of the park."""

    text: Filled
    done: bool | None = None


class EventForm(Strict):
    """One event in the area."""

    date: Day
    type: Filled
    place: Filled | None = None


class OutputForm(Strict):
    """One figure for projects."""

    key: Filled
    value: Filled
    unit: Filled | None = None
    where: Filled | None = None
    source: Filled | None = None


class ItemForm(Strict):
    """One approval item."""

    code: Filled
    effect: Literal["waived", "simplified", "registered", "commitment"] | None = None


class DocumentForm(Strict):
    """One paper."""

    name: Filled
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


class AssessmentForm(Strict):
    """`assessment.yaml` (CONTRACTS section 3).

    `review.joint` is an addition: several kinds under one review with one lead (多评合一).
    """

    kind: Key
    code: Key
    version: Key
    issuer: Filled
    extent: Filled | dict[str, Any]
    valid_from: Day
    title: Filled | None = None
    park: ParkForm | None = None
    unit_code: Filled | None = None
    review: ReviewForm | None = None
    acknowledged: tuple[AcknowledgedForm, ...] | None = None
    approval_no: Filled | None = None
    blocks: tuple[BlockForm, ...] | None = None
    valid_to: Day | None = None
    validity_source: Filled | None = None
    partial_coverage: PartialForm | None = None
    depth: Filled | None = None
    treats: tuple[Filled, ...] | None = None
    relevant_layers: tuple[Filled, ...] | None = None
    envelope: tuple[LimitForm, ...] | None = None
    totals: tuple[TotalForm, ...] | None = None
    admission: ChoiceForm | None = None
    negative: ChoiceForm | None = None
    excluded_classes: tuple[Filled, ...] | None = None
    commitments: tuple[Named, ...] | None = None
    duties: tuple[DutyForm, ...] | None = None
    events: tuple[EventForm, ...] | None = None
    control_outputs: tuple[OutputForm, ...] | None = None
    approval_items: tuple[ItemForm, ...] | None = None
    documents: tuple[DocumentForm, ...] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> AssessmentForm:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(
                Text(
                    f"有效期颠倒：{self.valid_from} 至 {self.valid_to}",
                    f"valid_to {self.valid_to} lies before valid_from {self.valid_from}",
                )
            )
        names = [total.name for total in self.totals or ()]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(Text(f"总量名称重复：{twice}", f"totals named twice: {twice}"))
        return self
