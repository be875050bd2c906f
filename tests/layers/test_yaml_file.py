"""YAML read as text: what YAML would guess stays as written; each fault has its place."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, field_validator

from gis.errors import LantuError, Text
from layers import yaml_parser
from layers.strict import Strict, Title
from layers.yaml_file import load, load_text, read_with_lines, read_yaml, read_yaml_text
from layers.yaml_parser import MAX_DEPTH


def test_scalars_stay_text() -> None:
    text = """\
code: 0601
octal: 0o17
no: NO
day: 2016-07-02
number: 1e3
time: 12:30:00
quoted: "null"
single: '~'
empty_text: ""
null_word: null
tilde: ~
nothing:
block: |
  null
"""
    assert read_yaml_text(text, "t") == {
        "code": "0601",
        "octal": "0o17",
        "no": "NO",
        "day": "2016-07-02",
        "number": "1e3",
        "time": "12:30:00",
        "quoted": "null",
        "single": "~",
        "empty_text": "",
        "null_word": None,
        "tilde": None,
        "nothing": None,
        "block": "null\n",
    }


def test_nesting_aliases_and_rule_words() -> None:
    text = """\
a: &list [1, {b: c}]
again: *list
all_but: !core
also: [!core , "!other", "@group"]
0601: key
null: key
"""
    assert read_yaml_text(text, "t") == {
        "a": ["1", {"b": "c"}],
        "again": ["1", {"b": "c"}],
        "all_but": "!core",
        "also": ["!core", "!other", "@group"],
        "0601": "key",
        "null": "key",
    }
    assert read_yaml_text("", "t") is None
    assert read_yaml_text("# only a comment\n", "t") is None
    assert read_yaml_text("[1, 2]", "t") == ["1", "2"]


BILLION = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
CHAIN = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200))

FAULTS = {
    "duplicate": ("a: 1\nb: 2\na: 3\n", 3, "Duplicate key 'a' (first at line 1)"),
    "duplicate_inside": ("x:\n  - {a: 1, a: 2}\n", 2, "Duplicate key 'a'"),
    "duplicate_null": ("null: 1\n~: 2\n", 2, "Duplicate key 'null'"),
    "syntax": ("a: 1\nb: [1, 2\nc: 3\n", 3, "YAML syntax"),
    "tab": ("a:\n\t- b\n", 2, "YAML syntax"),
    "at_sign": ("a: 1\nb: @group\n", 2, "YAML syntax"),
    "python_tag": ("a: !!python/object/apply:os.system [ls]\n", 1, "tag"),
    "int_tag": ("a: !!int 3\n", 1, "tag"),
    "own_tag": ("a: !x y\n", 1, "tag"),
    "two_documents": ("a: 1\n---\nb: 2\n", 2, "More than one"),
    "key_is_list": ("[1, 2]: 3\n", 1, "A key must be text"),
    "unknown_alias": ("a: 1\nb: *c\n", 2, "*c"),
    "own_alias": ("a: &a [*a]\n", 1, "*a"),
    "bomb": (BILLION, 5, "unfolds"),
    "deep": ("[" * 200 + "]" * 200, 1, "Nested"),
    "deep_aliases": (CHAIN, MAX_DEPTH, "Nested"),
    "deep_mappings": ("".join("  " * n + "a:\n" for n in range(100)), 61, "Nested"),
}


@pytest.mark.parametrize("parser", ["fast", "plain"])
@pytest.mark.parametrize("name", FAULTS)
def test_fault_has_its_place(monkeypatch: pytest.MonkeyPatch, name: str, parser: str) -> None:
    if parser == "plain":
        monkeypatch.setattr(yaml_parser, "_Parser", yaml.BaseLoader)
    text, line, said = FAULTS[name]
    with pytest.raises(LantuError) as fault:
        read_yaml_text(text, "t.yaml")
    assert fault.value.code == "bad_file"
    assert fault.value.where == f"t.yaml:{line}"
    assert said in fault.value.fact.en
    assert fault.value.hint.zh


def test_parsers_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in sorted((Path(yaml_parser.__file__).parent / "codes").glob("*.yaml")):
        fast = read_with_lines(path)
        with monkeypatch.context() as patch:
            patch.setattr(yaml_parser, "_Parser", yaml.BaseLoader)
            assert read_with_lines(path) == fast


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufeffa: 蓝图 😀\r\nb: 2\r\n".encode())
    assert read_yaml(path) == {"a": "蓝图 😀", "b": "2"}
    path.write_bytes("a: 1\nb: 蓝图\n".encode("gbk"))
    with pytest.raises(LantuError) as fault:
        read_yaml(path)
    assert (fault.value.code, fault.value.where) == ("bad_file", "a.yaml:2")
    assert "UTF-8" in fault.value.fact.en
    path.write_bytes(b"a: 1\n" * 2_000_000)
    with pytest.raises(LantuError) as fault:
        read_yaml(path)
    assert "10000000" in fault.value.fact.zh
    for missing in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(LantuError) as fault:
            read_yaml(missing)
        assert fault.value.code == "file_not_found"
        assert str(tmp_path) not in str(fault.value.as_dict())


class Item(Strict):
    name: str
    count: int = 0


class Thing(Strict):
    title: Title
    day: date
    share: float | None = None
    flag: bool = False
    items: tuple[Item, ...] = ()
    note: str = "none"

    @field_validator("note")
    @classmethod
    def _short(cls, value: str) -> str:
        if len(value) > 5:
            raise ValueError(Text("太长", "too long"))
        return value


GOOD = "title: {zh: 甲, en: A}\nday: 2016-07-02\n"


def test_values_are_converted_by_the_declaration() -> None:
    text = GOOD + "share: 0.5\nflag: NO\nitems: [{name: 0601, count: 7}]\nnote: null\n"
    thing = load_text(Thing, text, "t")
    assert (thing.day, thing.share, thing.flag) == (date(2016, 7, 2), 0.5, False)
    assert thing.items == (Item(name="0601", count=7),)
    assert thing.note == "none"
    assert load_text(Thing, GOOD + "items: null\n", "t").items == ()


BAD_VALUES: dict[str, tuple[str, int, str]] = {
    "unknown": (GOOD + "colour: red\n", 3, "Unknown key colour"),
    "unknown_inside": (GOOD + "items:\n  - name: a\n    size: 3\n", 5, "Unknown key items.0.size"),
    "missing": ("title: {zh: 甲, en: A}\n", 1, "Missing key day"),
    "required_null": ("title: null\nday: 2016-07-02\n", 1, "title: null should be a mapping"),
    "number": (
        GOOD + "items:\n  - {name: a, count: many}\n",
        4,
        "items.0.count: 'many' should be a",
    ),
    "not_finite": (GOOD + "share: NaN\n", 3, "share: 'NaN'"),
    "date": ("title: {zh: 甲, en: A}\nday: 2016-13-01\n", 2, "day: '2016-13-01' should be a date"),
    "flag": (GOOD + "flag: maybe\n", 3, "flag: 'maybe' should be true or false"),
    "list": (GOOD + "items: {a: b}\n", 3, "items: {'a': 'b'} should be a list"),
    "text": (GOOD + "note: [a]\n", 3, "note: ['a'] should be text"),
    "own_check": (GOOD + "note: far too long\n", 3, "note: too long"),
    "no_mapping": ("[1, 2]\n", 1, "should be a mapping"),
    "nothing": ("", 1, "should be a mapping"),
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_bad_value_names_key_value_and_line(tmp_path: Path, name: str) -> None:
    text, line, said = BAD_VALUES[name]
    path = tmp_path / "thing.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LantuError) as fault:
        load(Thing, path)
    assert fault.value.code == "bad_file"
    assert fault.value.where == f"thing.yaml:{line}"
    assert said in fault.value.fact.en
    assert fault.value.fact.zh != fault.value.fact.en


def test_five_faults_are_named_and_the_rest_counted() -> None:
    keys = "".join(f"k{n}: 1\n" for n in range(8))
    with pytest.raises(LantuError) as fault:
        load_text(Thing, GOOD + keys, "t")
    assert "Unknown key k4; 3 more" in fault.value.fact.en
    assert "另有 3 处" in fault.value.fact.zh


def test_long_values_are_cut() -> None:
    class Number(BaseModel):
        value: int

    given: Any = "9x" * 5_000
    with pytest.raises(LantuError) as fault:
        load_text(Number, f"value: {given}", "t")
    assert len(fault.value.fact.en) < 200
