"""A report is written in one go: its bytes and digest are those of the whole document."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import shapely

from checks.report.canonical import Members, canonical, digest_of, object_of
from checks.rule import Leaf, Number
from tests.support.memory_store import MemoryStore, rule, run, site_of

DOCUMENT: dict[str, Any] = {
    "number": None, "b": [1.5, -0.25, 1e22], "a": {"z": "”\u2028\x00", "é": True}, "zz": {},
}  # fmt: skip


def plain(document: object) -> bytes:
    """The canonical form by the standard library alone."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


@pytest.mark.parametrize("given", [(), ("b",), ("a", "zz"), ("number",), tuple(DOCUMENT)])
def test_written_members_change_nothing(given: tuple[str, ...]) -> None:
    written = {key: plain(DOCUMENT[key]) for key in given}
    members = Members(DOCUMENT, written)
    assert plain(DOCUMENT) == canonical(DOCUMENT)
    assert members.digest() == hashlib.sha256(plain(DOCUMENT)).hexdigest()
    assert object_of(DOCUMENT, written) == plain(DOCUMENT)
    members.put("number", "LT")
    whole = DOCUMENT | {"number": "LT"}
    digest, sealed = members.sealed()
    assert digest == hashlib.sha256(plain(whole)).hexdigest()
    assert sealed == plain(whole | {"digest": digest})


@pytest.mark.parametrize("document", [{}, {"a": 1}, {"z": 1}])
def test_a_seal_stands_in_its_place(document: dict[str, Any]) -> None:
    digest, sealed = Members(document, {}).sealed()
    assert digest == hashlib.sha256(plain(document)).hexdigest()
    assert sealed == plain(document | {"digest": digest})


def test_no_number_that_json_does_not_know() -> None:
    for bad in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON compliant"):
            canonical({"a": bad})


@pytest.mark.parametrize("issue", [False, True])
@pytest.mark.parametrize("secret", [False, True])
def test_a_report_is_its_document(issue: bool, secret: bool) -> None:
    from checks.screening import screen

    store = MemoryStore()
    square = shapely.box(0, 0, 10, 10)
    row = (shapely.box(5, 0, 20, 20), None, {"name": '甲"\\ \x00 "pieces":[]'})
    store.layer("L", [row], confidential=secret)
    store.layer("M", [], accuracy=1.0)
    rules = [
        rule("A", "L", Leaf("overlaps", "L")),
        rule("B", "M", Leaf("within_distance", "M", args={"distance_m": Number(3.0)})),
    ]
    reports = []

    def keep(*args: Any, **more: Any) -> Any:
        reports.append(screen(*args, **more))
        return reports[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.support.memory_store.screen", keep)
        run(store, rules, site_of(square), issue=issue)
    (report,) = reports
    assert report.to_json() == plain(report.data)
    assert report.data["digest"] == digest_of(report.data)
    assert (report.data["number"] is not None) == issue
