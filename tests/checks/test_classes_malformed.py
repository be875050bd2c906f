"""Broken `classes.yaml`: each refused with file, line or code, and the word that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from gis.errors import LantuError
from tests.support.classes_pack import pack

GOOD = """classes:
  - code: T-1
    kind: waive
    effect: {zh: 免, en: waived}
    when: {fact: works, eq: building}
    items: [I020]
    basis: [{title: 甲}]
    source: 甲
    force: in_force
"""

CLASS = """classes:
  - code: T-1
    kind: class
    key: c
    effect: {zh: 类, en: class}
    when: {class: d}
    basis: [{title: 甲}]
    source: 甲
    force: in_force
  - code: T-2
    kind: class
    key: d
    effect: {zh: 类, en: class}
    when: {not: {class: c}}
    basis: [{title: 甲}]
    source: 甲
    force: in_force
"""


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_the_good_one_is_read(tmp_path: Path) -> None:
    book = pack(tmp_path, classes=GOOD)
    assert book.catalogue is not None
    assert book.catalogue.entries["T-1"].items == ("I020",)


@pytest.mark.parametrize(
    ("text", "code", "says", "where"),
    [
        (changed("kind: waive", "kind: wave"), "bad_file", "wave", "t/classes.yaml:3"),
        (changed("    source: 甲\n", ""), "bad_file", "source", "t/classes.yaml"),
        (changed("source:", "sauce:"), "bad_file", "sauce", "t/classes.yaml:2"),
        (changed("in_force", "in force"), "bad_file", "in force", "t/classes.yaml:9"),
        (changed("basis: [{title: 甲}]", "basis: []"), "bad_file", "basis", "t/classes.yaml:7"),
        (changed("en: waived", "de: frei"), "bad_file", "de", "t/classes.yaml:4"),
        (changed("works, eq", "work, eq"), "unknown_fact", "work", "t/classes.yaml:5: T-1: when"),
        (changed("eq: building", "eq: house"), "bad_rule", "house", "t/classes.yaml:5: T-1: when"),
        (changed("eq: building", "le: 3"), "bad_rule", "le", "T-1: when"),
        (changed("{fact: works, eq: building}", "{}"), "bad_rule", "empty", "T-1: when"),
        (changed("{fact: works, eq: building}", "{all: []}"), "bad_rule", "list", "when.all"),
        (changed("{fact: works, eq: building}", "{listed: x}"), "bad_rule", "listed", "T-1"),
        (changed("{fact: works, eq: building}", "{list: x}"), "bad_rule", "'x'", "when.list"),
        (changed("{fact: works, eq: building}", "{word: x}"), "bad_rule", "'x'", "when.word"),
        (changed("{fact: works, eq: building}", "{class: x}"), "bad_rule", "'x'", "when.class"),
        (
            changed("{fact: works, eq: building}", "{list: x, word: y}"),
            "bad_rule",
            "list, word",
            "T-1: when",
        ),
        (
            changed("{fact: works, eq: building}", "{finding: PF-99, is: clear}"),
            "unknown_rule",
            "PF-99",
            "T-1: when",
        ),
        (
            changed("{fact: works, eq: building}", "{finding: PF-01, is: open}"),
            "bad_rule",
            "open",
            "T-1: when.is",
        ),
        (
            changed("{fact: works, eq: building}", "{assessed: each}"),
            "bad_rule",
            "each",
            "T-1: when.assessed",
        ),
        (
            changed("items: [I020]", "items: [I999]"),
            "unknown_item",
            "I999",
            "t/classes.yaml:2: T-1",
        ),
        (
            changed("items: [I020]", 'each: "@none"'),
            "bad_rule",
            "@none",
            "t/classes.yaml:6: T-1: each",
        ),
        (changed("items: [I020]", "each: {a: I998}"), "unknown_item", "I998", "T-1"),
        (changed("items: [I020]", "key: k"), "bad_file", "key", "t/classes.yaml:2"),
        (changed("items: [I020]", "deadline: {days: 3}"), "bad_file", "deadline", "classes.yaml:2"),
        (changed("items: [I020]", "keeps: true"), "bad_file", "keeps", "t/classes.yaml:2"),
        (
            changed("items: [I020]", "valid_from: 2021-01-02\n    valid_to: 2021-01-01"),
            "bad_file",
            "2021-01-01",
            "t/classes.yaml:2",
        ),
        (
            changed("kind: waive", "kind: deadline\n    deadline: {days: 3, years: 1}"),
            "bad_file",
            "exactly one",
            "t/classes.yaml:4",
        ),
        (
            changed("kind: waive", "kind: deadline\n    deadline: {days: 0}"),
            "bad_file",
            "days",
            "t/classes.yaml:4",
        ),
        (
            changed("kind: waive", "kind: scope\n    gates: [T-9]"),
            "bad_rule",
            "T-9",
            "t/classes.yaml:4: T-1: gates",
        ),
        (GOOD + GOOD.removeprefix("classes:\n"), "duplicate_rule", "T-1", "t/classes.yaml:10: T-1"),
        (GOOD + "extra: 1\n", "bad_file", "extra", "t/classes.yaml:10"),
        (CLASS, "rule_cycle", "c", "when"),
    ],
)
def test_a_broken_file_is_refused(
    tmp_path: Path, text: str, code: str, says: str, where: str
) -> None:
    with pytest.raises(LantuError) as caught:
        pack(tmp_path, classes=text)
    assert caught.value.code == code
    assert says in caught.value.fact.en
    assert where in (caught.value.where or "")
    assert caught.value.fact.zh


def test_a_ring_through_a_list_is_refused(tmp_path: Path) -> None:
    text = CLASS.replace("{not: {class: c}}", "{list: l}") + (
        "lists:\n  - name: l\n    title: {zh: 单, en: list}\n    source: 甲\n"
        "    entries: [{title: {zh: 一, en: one}, when: {class: c}}]\n"
    )
    with pytest.raises(LantuError) as caught:
        pack(tmp_path, classes=text)
    assert caught.value.code == "rule_cycle"


def test_what_an_office_lays_over_law_is_told(tmp_path: Path) -> None:
    text = GOOD.replace("T-1", "CN-W01").replace("I020", "I084")
    book = pack(tmp_path, classes=text)
    (shadow,) = [item for item in book.shadowed if item.code == "CN-W01"]
    assert (shadow.pack, shadow.over, shadow.legal) == ("t", "cn-base", True)
    assert {"when", "items", "basis"} <= set(shadow.changed)


def test_parts_of_a_table_are_one(tmp_path: Path) -> None:
    head = "kinds: {two: {flood_impact: I089}}\n"
    entry = GOOD.replace("items: [I020]", 'each: "@two"')
    found = pack(tmp_path, classes=head, more={"classes/more.yaml": entry}).catalogue
    assert found is not None
    assert found.entries["T-1"].each == {"flood_impact": "I089"}


@pytest.mark.parametrize(
    ("more", "code", "where"),
    [
        ({"classes/more.yaml": GOOD}, "duplicate_rule", "t/classes/more.yaml:2: T-1"),
        ({"classes/a/b.yaml": GOOD}, "bad_pack", "t/classes/a/b.yaml"),
        ({"classes/a.yml": GOOD}, "bad_pack", "t/classes/a.yml"),
        ({"class.yaml": GOOD}, "bad_pack", "t/class.yaml"),
        ({"items/a.yaml": "items:\n  - {code: A}\n"}, "bad_file", "t/items/a.yaml:2"),
    ],
)
def test_parts_are_read_as_strictly(
    tmp_path: Path, more: dict[str, str], code: str, where: str
) -> None:
    (tmp_path / "t" / "classes" / "a").mkdir(parents=True)
    with pytest.raises(LantuError) as caught:
        pack(tmp_path / "t", classes=GOOD, more=more)
    assert caught.value.code == code
    assert where in (caught.value.where or "")


def test_a_fault_in_a_list_names_file_and_line(tmp_path: Path) -> None:
    text = (
        "lists:\n  - name: l\n    title: {zh: 单, en: list}\n    source: 甲\n"
        "    entries:\n      - title: {zh: 一, en: one}\n        when: {word: none_such}\n"
    )
    with pytest.raises(LantuError) as caught:
        pack(tmp_path, classes=text)
    assert "none_such" in caught.value.fact.en
    assert (caught.value.where or "").startswith("t/classes.yaml:")
