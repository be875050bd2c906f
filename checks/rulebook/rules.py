"""One rule: from its form in a file to the frozen `Rule`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from checks.rule import Action, Basis, FactSpec, Rule, Say, Severity, Test, ValueSeries
from checks.rulebook.models import BasisForm, RuleForm
from checks.rulebook.place import Place, near_en, near_zh
from checks.rulebook.test_parser import Scope, parse_test
from checks.rulebook.values import Grammar, check_use, value_series
from checks.rulebook.when import parse_when
from gis.errors import Text
from layers.catalog import LayerSpec, shipped_specs
from layers.yaml_file import validate


class RuleReader:
    """Reads the rules of one pack.

    Parameters
    ----------
    pack
        Name of the pack.
    facts
        The closed list of project facts.
    groups
        Groups of classes that this pack, and those it lies over, declare.
    layer_specs
        Every layer known.
    """

    def __init__(
        self,
        pack: str,
        facts: Mapping[str, FactSpec],
        groups: Mapping[str, frozenset[str]],
        layer_specs: Mapping[str, LayerSpec],
    ) -> None:
        self.pack = pack
        self.facts = facts
        self.groups = groups
        self.layer_specs = layer_specs
        self._of_layer: dict[str, dict[str, frozenset[str]]] = {}

    def read(self, raw: dict[str, Any], file: Place, number: int) -> tuple[Rule, Place]:
        """Read one entry of a file; a rule without a readable code is named by its position."""
        code = raw.get("code")
        place = file.rule(code if isinstance(code, str) and code else f"#{number}")
        form = validate(RuleForm, raw, place.file, lines=place.lines, inside=place.code)
        self.known(form.layer, place.at("layer"))
        test, values = self._test_and_values(form, place)
        tolerance, action = form.tolerance, form.action
        rule = Rule(
            code=form.code,
            title=form.title.text(),
            layer=form.layer,
            test=test,
            severity=form.severity,
            verdict_family=form.verdict_family,
            basis=tuple(
                basis_of(basis, form.severity, self.facts, place.at("basis", n))
                for n, basis in enumerate(form.basis, start=1)
            ),
            say=Say(form.say.affected.text(), form.say.clear.text(), form.say.not_assessed.text()),
            authority=form.authority,
            pack=self.pack,
            when=parse_when(form.when, self.facts, place.at("when")),
            tolerance_area_m2=(tolerance and tolerance.area_m2) or 0.0,
            tolerance_width_m=(tolerance and tolerance.width_m) or 0.0,
            values=values,
            action=Action(action.item, action.papers or ()) if action else None,
            checked_on=form.checked_on,
            note=form.note.text() if form.note else None,
        )
        for leaf in rule.leaves():
            self.known(leaf.layer, place.at("test", leaf.kind, "layer"))
        return rule, place

    def _test_and_values(self, form: RuleForm, place: Place) -> tuple[Test, dict[str, ValueSeries]]:
        """Read the test first: how a value is used says whether it is a number or a word."""
        raw_values = form.values or {}
        scope = Scope(form.layer, raw_values, Grammar(self.facts, self.groups), self.layer_groups)
        test = parse_test(form.test, scope, place.at("test"))
        tables = {name for key, name, _ in scope.used if key == "table"}
        groups = {**self.groups}
        if "@" in str(raw_values):
            groups = {**self.layer_groups(form.layer, place), **groups}
        grammar = Grammar(self.facts, groups)
        values = {
            name: value_series(name, raw, grammar, place.at("values", name), words=name in tables)
            for name, raw in raw_values.items()
        }
        for key, name, where in scope.used:
            if key != "table" and name in tables:
                raise where.refuse(
                    f"“{name}”既作数值又作对照表", f"{name} is both a number and a table of words"
                )
            check_use(key, values[name], where)
        return test, values

    def layer_groups(self, layer: str, place: Place) -> Mapping[str, frozenset[str]]:
        """Return the groups that the layer's code table declares, over those of the shipped one.

        An office may declare a standard layer in its own words; the shipped rules must still be
        readable over it.
        """
        if layer not in self._of_layer:
            own = self.layer_specs[self.known(layer, place)]
            shipped = shipped_specs().get(layer, own)
            fields = [spec.class_field for spec in (shipped, own)]
            declared = {name: codes for f in fields if f for name, codes in f.groups.items()}
            self._of_layer[layer] = {name: frozenset(codes) for name, codes in declared.items()}
        return self._of_layer[layer]

    def known(self, layer: str, place: Place) -> str:
        """Return the key of a layer that is shipped or declared by the workspace."""
        return known_layer(layer, self.layer_specs, place)


def known_layer(key: str, layer_specs: Mapping[str, LayerSpec], place: Place) -> str:
    """Return the key of a layer that is shipped or declared by the workspace.

    Raises
    ------
    LantuError
        `unknown_layer`.
    """
    if key in layer_specs:
        return key
    raise place.refuse(
        f"图层“{key}”既不在系统自带图层也不在工作区中{near_zh(key, layer_specs)}",
        f"Layer {key!r} is neither shipped nor in the workspace{near_en(key, layer_specs)}",
        hint=Text("先用 lantu layers add 登记图层", "Declare it with `lantu layers add` first"),
        code="unknown_layer",
    )


def basis_of(
    form: BasisForm, severity: Severity, facts: Mapping[str, FactSpec], place: Place
) -> Basis:
    """Return a basis from its form; what states no role or force takes the usual one."""
    usual: Literal["prohibition", "approval"] = (
        "approval" if severity in ("needs_approval", "needs_assessment") else "prohibition"
    )
    return Basis(
        title=form.title,
        article=form.article,
        valid_from=form.valid_from,
        valid_to=form.valid_to,
        force=form.force or "internal",
        role=form.role or usual,
        when=parse_when(form.when, facts, place.at("when")),
    )
