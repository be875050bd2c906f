"""The fields of an assessment on the pages of a park: which there are, what they take, refuse."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.pages.inbox.changes import changes
from api.pages.park.drafts import file_form, merged, problems_of, read_step
from api.pages.park.field_types import Field
from api.pages.park.fields import BESIDE, STEPS, fields_of, label_of
from api.parks import ParkName
from gis.errors import LantuError
from layers.assessment_file import AssessmentForm

NAME = ParkName("PARK-A", "甲园")


def _leaves(fields: dict[str, Any], prefix: str = "") -> set[str]:
    found = set()
    for name, field in fields.items():
        inner = next(
            (
                part
                for part in (field.annotation, *getattr(field.annotation, "__args__", ()))
                if hasattr(part, "model_fields")
            ),
            None,
        )
        path = f"{prefix}{name}"
        found |= _leaves(inner.model_fields, f"{path}.") if inner is not None else {path}
    return found


def test_every_field_of_an_assessment_stands_in_one_of_the_steps() -> None:
    asked = [field.path for step in STEPS for field in fields_of(step)]
    assert len(asked) == len(set(asked))
    parts = {name: f for name, f in AssessmentForm.model_fields.items() if name not in BESIDE}
    assert set(asked) == _leaves(parts)


def test_every_column_of_a_list_stands_in_its_table() -> None:
    tables = {f.path: f for step in STEPS for f in fields_of(step) if f.kind == "rows"}
    for name, field in tables.items():
        rows = AssessmentForm.model_fields[name].annotation
        (row,) = {part for part in _models(rows) if name != "commitments"} or {None}
        wanted = {"zh", "en"} if row is None else set(row.model_fields)
        assert {column.path for column in field.columns} == wanted, name


def _models(annotation: Any) -> Iterator[Any]:
    if hasattr(annotation, "model_fields"):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models(part)


def test_an_empty_list_is_a_statement_and_an_absent_one_is_none() -> None:
    step = STEPS[3]
    values = read_step(step, {"admission.industries": [], "admission.uses": None})
    form = merged({}, values)
    assert form == {"admission": {"industries": []}}
    assert file_form(form, NAME)["admission"] == {"industries": []}
    assert file_form(merged(form, {"admission.industries": None}), NAME).get("admission") is None


def test_a_limit_without_a_number_is_no_limit_yet() -> None:
    form = merged({}, read_step(STEPS[2], {"envelope": [{"fact": "height_m"}]}))
    assert form["envelope"] == [{"fact": "height_m"}]
    assert file_form(form, NAME)["envelope"] is None


def test_a_condition_of_one_comparison_is_read_from_the_row() -> None:
    row = {"fact": "height_m", "max": "24"}
    when = {"fact": "use", "op": "in", "value": "factory、warehouse"}
    form = read_step(STEPS[2], {"envelope": [row | {"when": when}]})
    assert form["envelope"] == [row | {"when": {"fact": "use", "in": ["factory", "warehouse"]}}]
    kept = {"keep": {"any": [{"fact": "use", "eq": "factory"}]}}
    form = read_step(STEPS[2], {"envelope": [row | {"when": kept}]})
    assert form["envelope"][0]["when"] == kept["keep"]


@pytest.mark.parametrize(
    "values",
    [
        {"nothing": "x"},
        {"title": ["a"]},
        {"title": "x" * 20_001},
    ],
)
def test_what_no_page_sends_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(LantuError) as refused:
        read_step(STEPS[0], values)
    assert refused.value.code == "bad_value"


def test_problems_stand_at_their_fields() -> None:
    form = {"kind": "k", "code": "园", "version": "1", "issuer": "i", "valid_from": "2026-01-01"}
    form["envelope"] = [{"fact": "height_m", "max": "高"}]
    assert set(problems_of(form, NAME)) == {"code", "envelope.0.max"}
    turned = form | {"code": "A", "envelope": None, "valid_to": "2025-01-01"}
    assert set(problems_of(turned, NAME)) == {"valid_to"}


def test_a_fault_is_told_by_the_name_of_its_field() -> None:
    assert label_of("valid_from").zh == "生效日期"
    assert label_of("envelope.1.max").zh == "评估条件 第2行 不高于"
    assert label_of("envelope.1.max").en == "Conditions, row 2 At most"
    assert label_of("extent").en == "Extent"


def test_fields_that_differ_are_told_in_words() -> None:
    before = {"valid_to": "2026-01-01", "admission": {"industries": []}, "depth": "a"}
    after = {"valid_to": "2027-01-01", "admission": {"industries": ["C39"]}, "depth": "a"}
    found = changes(before, after, {}, "zh")
    assert [(c.label.zh, c.before, c.after) for c in found] == [
        ("截止日期", "2026-01-01", "2027-01-01"),
        ("准入行业代码", "明确为无", "C39"),
    ]


def test_fields_are_named_in_both_languages() -> None:
    def texts(fields: tuple[Field, ...]) -> Iterator[str]:
        for field in fields:
            yield from (field.label.zh, field.label.en)
            yield from texts(field.columns)

    for step in STEPS:
        assert all(texts(tuple(fields_of(step))))
