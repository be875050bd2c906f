"""docs/layers.md says what the code reads."""

import re
from pathlib import Path
from typing import get_args

from layers.catalog import (
    Attribute,
    ClassField,
    GeometryKind,
    LayerSpec,
    Theme,
    load_spec_text,
    shipped_specs,
)
from layers.codes import code_tables

PAGE = (Path(__file__).parents[2] / "docs" / "layers.md").read_text(encoding="utf-8")


def test_the_example_is_read_and_shows_every_key() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    spec = load_spec_text(text, "docs/layers.md")
    shown = {*LayerSpec.model_fields, *ClassField.model_fields, *Attribute.model_fields}
    missing = [key for key in shown if not re.search(rf"\b{key}\b", PAGE)]
    assert missing == []
    for word in (*get_args(Theme), *get_args(GeometryKind)):
        assert word in text
    assert spec.class_field is not None
    assert spec.class_field.code_of("箱") == "box"


def test_every_standard_layer_has_its_row() -> None:
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| ([^|]+) \|.*\| (yes|no) \|", PAGE, re.MULTILINE)
    specs = shipped_specs()
    assert [(key, title, kept == "yes") for key, title, kept in rows] == [
        (key, spec.title.zh, spec.exhaustive) for key, spec in specs.items()
    ]
    for name in code_tables():
        assert f"| `{name}` |" in PAGE
