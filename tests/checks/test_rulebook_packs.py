"""Packs over packs: order, shadowing, names."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.rule import Leaf, Shadow
from checks.rulebook.load import load_rulebook
from gis.errors import LantuError
from layers.catalog import ClassField, LayerSpec, Title

RULE = """- code: {code}
  title: {{zh: 甲, en: A}}
  layer: {layer}
  test: {{within_distance: {{distance_m: d}}}}
  severity: {severity}
  verdict_family: distance
  values: {{d: {{unit: m, '2000-01-01': {{value: {metres}}}}}}}
  basis: [{{title: 某法, force: {force}, valid_from: '2000-01-01'}}]
  say:
    affected: {{zh: 命中, en: hit}}
    clear: {{zh: 未命中, en: clear}}
    not_assessed: {{zh: 未检测, en: not assessed}}
  authority: 某部门
"""


def rule(
    code: str,
    *,
    layer: str = "o.road",
    severity: str = "prohibited",
    metres: float = 20,
    force: str = "in_force",
) -> str:
    return RULE.format(code=code, layer=layer, severity=severity, metres=metres, force=force)


def spec(key: str, theme: str) -> LayerSpec:
    return LayerSpec(
        key=key,
        title=Title(zh=key, en=key),
        theme=theme,  # type: ignore[arg-type]  # parametrized text
        geometry="polygon",
        authority="某部门",
        class_field=ClassField(name="kind", groups={"soft": ("c", "d")}),
    )


SPECS = {"o.road": spec("o.road", "safety"), "o.line": spec("o.line", "control_line")}


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return tmp_path


def pack(
    shelf: Path, name: str, *rules: str, over: str = "", more: str = "", scen: str = ""
) -> Path:
    folder = shelf / name
    (folder / "rules").mkdir(parents=True)
    text = f"name: {name}\nover: [{over}]\n{more}"
    (folder / "pack.yaml").write_text(text, encoding="utf-8")
    (folder / "rules" / "r.yaml").write_text("".join(rules), encoding="utf-8")
    if scen:
        (folder / "scenarios.yaml").write_text("scenarios:\n" + scen, encoding="utf-8")
    return folder


def folders(shelf: Path) -> dict[str, Path]:
    return {folder.name: folder for folder in shelf.iterdir()}


def test_packs_beneath_come_first_each_once(shelf: Path) -> None:
    pack(shelf, "base", rule("B-1"))
    pack(shelf, "left", rule("L-1"), over="base")
    pack(shelf, "right", rule("R-1"), over="base")
    pack(shelf, "top", rule("T-1"), over="left, right")
    book = load_rulebook(["top", "base"], folders(shelf), layer_specs=SPECS)
    assert [entry.name for entry in book.packs] == ["base", "left", "right", "top"]
    assert list(book.rules) == ["B-1", "L-1", "R-1", "T-1"]
    assert book.rules["R-1"].pack == "right"


def test_a_ring_of_packs_is_refused(shelf: Path) -> None:
    pack(shelf, "one", over="two")
    pack(shelf, "two", over="one")
    with pytest.raises(LantuError, match="one → two → one") as caught:
        load_rulebook(["one"], folders(shelf), layer_specs=SPECS)
    assert caught.value.code == "pack_cycle"


def test_a_shadowed_legal_value_is_recorded(shelf: Path) -> None:
    pack(shelf, "base", rule("B-1", metres=20), rule("B-2"), rule("B-3", force="internal"))
    changed = rule("B-1", metres=10, severity="notice"), rule("B-3", metres=5, force="internal")
    pack(shelf, "top", *changed, over="base")
    book = load_rulebook(["top"], folders(shelf), layer_specs=SPECS)
    assert list(book.rules) == ["B-1", "B-2", "B-3"], "a rule keeps its place"
    assert book.rules["B-1"].pack == "top"
    assert book.shadowed == (
        Shadow(
            "B-1",
            "top",
            "base",
            ("severity", "values.d"),
            legal=True,
            milder=("severity", "values.d"),
        ),
        Shadow("B-3", "top", "base", ("values.d",), legal=False, milder=("values.d",)),
    )


def test_scenarios_resolve_against_all_packs(shelf: Path) -> None:
    base = (
        "- {key: a, title: {zh: 甲, en: A}, rules: [all]}\n"
        "- {key: t, title: {zh: 乙, en: T}, rules: ['theme:control_line', B-1]}\n"
    )
    over = "- {key: a, title: {zh: 丙, en: Other}, rules: [T-1]}\n"
    pack(shelf, "base", rule("B-1"), rule("B-2"), scen=base)
    pack(shelf, "top", rule("T-1", layer="o.line"), over="base", scen=over)
    book = load_rulebook(["base"], folders(shelf), layer_specs=SPECS)
    assert book.scenarios["a"].rules == ("B-1", "B-2")
    book = load_rulebook(["top"], folders(shelf), layer_specs=SPECS)
    assert book.scenarios["a"].rules == ("T-1",)
    assert book.scenarios["a"].pack == "top"
    assert book.scenarios["t"].rules == ("B-1", "T-1"), "the theme takes rules of later packs"


def test_groups_of_pack_and_of_layer(shelf: Path) -> None:
    text = rule("B-1").replace("{distance_m: d}", "{distance_m: d, classes: ['!@mine', '!@soft']}")
    pack(shelf, "base", text, more="groups: {mine: [x, y]}\n")
    test = load_rulebook(["base"], folders(shelf), layer_specs=SPECS).rules["B-1"].test
    assert isinstance(test, Leaf)
    assert test.classes is not None
    assert not any(test.classes.takes(code) for code in ("x", "y", "c", "d"))
    assert test.classes.takes("z")


def test_a_shipped_name_cannot_be_taken(shelf: Path) -> None:
    pack(shelf, "cn-base", rule("B-1"))
    with pytest.raises(LantuError) as caught:
        load_rulebook(["cn-base"], folders(shelf), layer_specs=SPECS)
    assert caught.value.code == "pack_name_taken"


def test_a_basis_without_force_is_never_shown_as_law(shelf: Path) -> None:
    pack(shelf, "base", rule("B-1").replace("force: in_force, ", ""))
    basis = load_rulebook(["base"], folders(shelf), layer_specs=SPECS).rules["B-1"].basis[0]
    assert (basis.force, basis.role) == ("internal", "prohibition")


def test_direction_under_is_the_opposite_leaf(shelf: Path) -> None:
    text = rule("B-1").replace(
        "{within_distance: {distance_m: d}}",
        "{fact_over_attribute: {fact: green_ratio, attribute: g, direction: under}}",
    )
    pack(shelf, "base", text)
    test = load_rulebook(["base"], folders(shelf), layer_specs=SPECS).rules["B-1"].test
    assert isinstance(test, Leaf)
    assert test.kind == "fact_under_attribute"


def test_only_the_layers_asked_for_are_read(shelf: Path) -> None:
    class Lazy(dict[str, LayerSpec]):
        def __getitem__(self, key: str) -> LayerSpec:
            raise AssertionError(key)

    pack(shelf, "base", rule("B-1"), scen="- {key: a, title: {zh: 甲, en: A}, rules: [all]}\n")
    assert load_rulebook(["base"], folders(shelf), layer_specs=Lazy(SPECS)).rules
