"""Read `inheritance.yaml` of all packs in force, strictly, and merge them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, cast, get_args

from checks.inheritance.decision_table import shadowed_by
from checks.inheritance.forms import (
    ConditionForm,
    InheritanceForm,
    KindForm,
    RowForm,
    Source,
    WeightForm,
)
from checks.inheritance.model import (
    CRITERIA,
    RESULTS,
    Condition,
    Criterion,
    Deadline,
    Exemption,
    InheritancePack,
    Kind,
    Result,
    Share,
    TableRow,
    Weight,
)
from checks.rule import Basis, FactSpec
from checks.rulebook.models import BasisForm
from checks.rulebook.packs import PackFiles
from checks.rulebook.place import Place
from checks.rulebook.when import parse_when
from gis.errors import Text
from layers.yaml_file import validate

FILE = "inheritance.yaml"

_HINT = Text("写法见 docs/inheritance.md", "docs/inheritance.md shows how it is written")

Force = Literal["in_force", "trial", "draft", "internal"]
Role = Literal["prohibition", "approval", "exception"]


def read_inheritance(
    packs: Sequence[PackFiles], facts: Mapping[str, FactSpec]
) -> InheritancePack | None:
    """Read what the packs say on sharing, merged; None when none of them says anything.

    Raises
    ------
    LantuError
        `bad_file` (form), `bad_inheritance` (table, keys used twice), `unknown_fact`,
        `bad_rule` (conditions).
    """
    kinds: dict[str, Kind] = {}
    weights: dict[Criterion, Weight] = {}
    conditions: list[Condition] = []
    table: tuple[TableRow, ...] = ()
    place: Place | None = None
    for pack in packs:
        if pack.inheritance is None:
            continue
        place = pack.place(FILE)
        form = validate(InheritanceForm, pack.inheritance, place.file, lines=place.lines)
        reader = _Reader(pack, facts, place)
        own = reader.kinds(form.kinds or ())
        kinds = {key: kind for key, kind in kinds.items() if key not in own} | own
        weights.update(reader.pack_weights(form))
        conditions += reader.conditions(form.conditions or (), place)
        table = reader.table(form.table, place.at("table"), last=True) or table
    if place is None or not kinds:
        return None
    if not table:
        raise place.refuse(
            "没有判定表 table", "There is no decision table", hint=_HINT, code="bad_inheritance"
        )
    return InheritancePack(kinds, weights, tuple(conditions), table)


class _Reader:
    """One pack's file into frozen values."""

    def __init__(self, pack: PackFiles, facts: Mapping[str, FactSpec], place: Place) -> None:
        self.pack = pack
        self.facts = facts
        self.place = place
        status = pack.form.status or ""
        self.force = cast("Force", status if status in get_args(Force) else "internal")

    def kinds(self, forms: Iterable[KindForm]) -> dict[str, Kind]:
        read: dict[str, Kind] = {}
        for form in forms:
            if form.key in read:
                raise self.place.refuse(
                    f"评估事项 {form.key} 重复",
                    f"Kind {form.key} twice",
                    hint=_HINT,
                    code="bad_inheritance",
                )
            read[form.key] = self._kind(form)
        return read

    def _kind(self, form: KindForm) -> Kind:
        place = self.place.rule(form.key)
        deadline = form.deadline
        return Kind(
            key=form.key,
            name=form.name.text(),
            pack=self.pack.form.name,
            needed=parse_when(form.needed, self.facts, place.at("needed")),
            exempt=tuple(
                Exemption(
                    parse_when(item.when, self.facts, place.at("exempt", n, "when")),
                    self.basis(item.basis, "exception"),
                )
                for n, item in enumerate(form.exempt or (), 1)
            ),
            items=form.items or (),
            deadline=Deadline(deadline.stage.text(), self.basis(deadline.basis))
            if deadline
            else None,
            authority=form.authority,
            weights={key: self.weight(item) for key, item in (form.criteria or {}).items()},
            conditions=tuple(self.conditions(form.conditions or (), place)),
            table=self.table(form.table, place.at("table"), last=False),
        )

    def pack_weights(self, form: InheritanceForm) -> dict[Criterion, Weight]:
        read: dict[Criterion, Weight] = {}
        for item in form.criteria or ():
            if item.key in read:
                raise self.place.at("criteria").refuse(
                    f"判定条件 {item.key} 重复",
                    f"Criterion {item.key} twice",
                    hint=_HINT,
                    code="bad_inheritance",
                )
            read[item.key] = self.weight(item)
        return read

    def weight(self, form: WeightForm) -> Weight:
        """A criterion without a source is advisory, whatever the file calls it (DESIGN 2.3)."""
        source = self.basis(form.source)
        effect = "advisory" if form.effect == "decisive" and not source else form.effect
        return Weight(effect, source, form.accepts)

    def conditions(self, forms: Iterable[ConditionForm], place: Place) -> list[Condition]:
        read = []
        for n, form in enumerate(forms, 1):
            here = place.at("conditions", n, "when")
            when = parse_when(form.when, self.facts, here)
            if when is None:
                raise here.refuse("条件为空", "The condition is empty", hint=_HINT)
            read.append(Condition(form.criterion, when, self.basis(form.source)))
        return read

    def basis(self, source: Source | None, role: Role = "approval") -> tuple[Basis, ...]:
        """Bases; of one in plain words the force is that of the pack."""
        return tuple(
            Basis(item, None, None, None, self.force, role)
            if isinstance(item, str)
            else _full(item, self.force, role)
            for item in source or ()
        )

    # --- tables ---------------------------------------------------------------------------------

    def table(
        self, forms: Sequence[RowForm] | None, place: Place, *, last: bool
    ) -> tuple[TableRow, ...]:
        """Read rows; the pack's last one asks nothing, all before it ask something."""
        rows = tuple(self._row(form, place.at(n)) for n, form in enumerate(forms or (), 1))
        for n, row in enumerate(rows, 1):
            final = n == len(rows)
            if row.is_last and not final:
                raise _bad_row(
                    place.at(n),
                    "没有 if 的行之后还有行，永远用不到",
                    "Rows after one without `if` never decide",
                )
            if final and last and not row.is_last:
                raise _bad_row(place.at(n), "最后一行不得有 if", "The last row takes no `if`")
            earlier = shadowed_by(rows, n - 1)
            if earlier is not None:
                raise _bad_row(
                    place.at(n),
                    f"该行总被第 {earlier + 1} 行先命中",
                    f"Row {earlier + 1} always matches before it",
                )
        return rows

    def _row(self, form: RowForm, place: Place) -> TableRow:
        given = dict(form.if_ or {})
        here = place.at("if")
        assessment = _word(given.pop("assessment", None), ("none", "some"), here.at("assessment"))
        share = _word(given.pop("share", None), get_args(Share), here.at("share"))
        decisive = _word(given.pop("any_decisive", None), RESULTS, here.at("any_decisive"))
        here.only(given, CRITERIA, Text("判定条件", "A row"))
        criteria = {
            cast("Criterion", key): tuple(
                cast("Result", here.at(key).one_of(word, RESULTS))
                for word in here.at(key).items(words if isinstance(words, list) else [words])
            )
            for key, words in given.items()
        }
        return TableRow(
            outcome=form.outcome,
            mode=form.mode,
            assessment=cast("Literal['none', 'some'] | None", assessment),
            share=cast("Share | None", share),
            any_decisive=cast("Result | None", decisive),
            criteria=criteria or None,
            source=self.basis(form.source),
        )


def _word(value: Any, words: Sequence[str], place: Place) -> str | None:
    return None if value is None else place.one_of(value, words)


def _full(form: BasisForm, force: Force, role: Role) -> Basis:
    return Basis(
        form.title, form.article, form.valid_from, form.valid_to, form.force or force,
        form.role or role,
    )  # fmt: skip


def _bad_row(place: Place, zh: str, en: str) -> Exception:
    return place.refuse(f"判定表：{zh}", f"Table: {en}", hint=_HINT, code="bad_inheritance")
