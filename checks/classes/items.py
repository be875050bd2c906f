"""Read `items.yaml` and `authorities.yaml`, and put together the catalogue of all packs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from checks.classes.diff import compare_entries
from checks.classes.models import AuthoritiesForm, AuthorityForm, ItemForm, ItemsForm
from checks.classes.reader import ClassReader
from checks.classes.rule import Authority, Catalogue, Entry, Item, LocalName, Paper
from checks.rule import FactSpec, Shadow
from checks.rulebook.packs import PackFiles, parts_of
from checks.rulebook.place import Place, near_en, near_zh
from gis.errors import LantuError, Text
from layers.yaml_file import read_text_with_lines, validate


def catalogue_of(
    packs: Sequence[PackFiles], facts: Mapping[str, FactSpec], rules: Collection[str]
) -> Catalogue:
    """Read classes, items and authorities of all packs, the lowest first.

    Raises
    ------
    LantuError
        As `ClassReader.read` and `check`; `unknown_item` where an entry names an item, or an item
        an authority, that no pack declares.
    """
    reader = ClassReader(facts, rules)
    items: dict[str, Item] = {}
    authorities: dict[str, Authority] = {}
    for pack in packs:
        name, tables = pack.form.name, pack.tables
        if "authorities.yaml" in tables:
            _authorities(tables["authorities.yaml"], name, authorities)
        for file, text in parts_of(tables, "items"):
            _items(text, Place(f"{name}/{file}"), items, authorities)
        for file, text in parts_of(tables, "classes"):
            reader.read(text, name, file)
    reader.check()
    _check_items(reader, items)
    catalogue = Catalogue(
        entries=reader.entries,
        lists=reader.lists,
        words=reader.words,
        items=items,
        authorities=authorities,
        draft_packs=frozenset(p.form.name for p in packs if p.form.status == "draft"),
        packs=tuple(p.form.name for p in packs),
    )
    covered = [_shadow(earlier, later, catalogue, facts) for earlier, later in reader.covered]
    return replace(catalogue, shadowed=tuple(covered))


def _shadow(
    earlier: Entry, later: Entry, catalogue: Catalogue, facts: Mapping[str, FactSpec]
) -> Shadow:
    """An entry that lies over one of the same code: what differs, and what of it loosens."""
    differs = tuple(compare_entries(earlier, later, catalogue, facts))
    return Shadow(
        code=later.code,
        pack=later.pack,
        over=earlier.pack,
        changed=tuple(item.key for item in differs),
        legal=earlier.force in ("in_force", "trial"),
        milder=tuple(item.key for item in differs if item.direction == "milder"),
        what="entry",
    )


def _items(
    text: str, place: Place, items: dict[str, Item], authorities: Mapping[str, Authority]
) -> None:
    pack = place.file.partition("/")[0]
    raw, lines = read_text_with_lines(text, place.file)
    place = replace(place, lines=lines)
    for n, form in enumerate(validate(ItemsForm, raw, place.file, lines=lines).items):
        here = place.entry("items", n).rule(form.code)
        held = items.get(form.code)
        if held is not None and held.pack == pack:
            raise here.refuse(
                f"事项编码 {form.code} 重复", f"Item {form.code} twice", code="duplicate_rule"
            )
        for key in form.authority:
            if key not in authorities:
                raise _not_declared("部门", "authority", key, authorities, here.at("authority"))
        if form.valid_from and form.valid_to and form.valid_to < form.valid_from:
            raise here.refuse(
                f"进出日期颠倒：{form.valid_from} 至 {form.valid_to}",
                f"valid_to {form.valid_to} lies before valid_from {form.valid_from}",
            )
        items[form.code] = _item(form, pack)


def _item(form: ItemForm, pack: str) -> Item:
    return Item(
        code=form.code,
        pack=pack,
        name=form.name.text(),
        authority=form.authority,
        stage=form.stage,
        how=form.how,
        conditions=form.conditions.text() if form.conditions else None,
        papers=tuple(Paper(paper.name.text(), paper.may_follow) for paper in form.papers),
        later=tuple(sorted((step.valid_from, step.how) for step in form.later)),
        days=form.days,
        basis=form.basis,
        valid_from=form.valid_from,
        valid_to=form.valid_to,
        note=form.note.text() if form.note else None,
    )


def _authorities(text: str, pack: str, authorities: dict[str, Authority]) -> None:
    place = Place(f"{pack}/authorities.yaml")
    raw, lines = read_text_with_lines(text, place.file)
    place = replace(place, lines=lines)
    form_of_all = validate(AuthoritiesForm, raw, place.file, lines=lines)
    for n, form in enumerate(form_of_all.authorities):
        held = authorities.get(form.key)
        if form.name is None and held is None:
            raise (
                place.entry("authorities", n)
                .rule(form.key)
                .refuse(f"部门 {form.key} 未声明名称", f"The authority {form.key} has no name")
            )
        name = form.name.text() if form.name else (held.name if held else Text("", ""))
        # names of a pack above replace those beneath: another jurisdiction has other departments
        names = _names(form) or (held.names if held else ())
        authorities[form.key] = Authority(form.key, name, names)


def _names(form: AuthorityForm) -> tuple[LocalName, ...]:
    return tuple(LocalName(n.name, n.valid_from, n.valid_to, n.source) for n in form.names)


def _check_items(reader: ClassReader, items: Mapping[str, Item]) -> None:
    for entry in reader.entries.values():
        for code in entry.all_items():
            if code not in items:
                raise _not_declared("事项", "item", code, items, reader.places[entry.code])


def _not_declared(
    zh: str, en: str, name: str, known: Mapping[str, object], place: Place
) -> LantuError:
    return place.refuse(
        f"没有声明{zh}“{name}”{near_zh(name, known)}",
        f"No {en} {name!r} is declared{near_en(name, known)}",
        code="unknown_item",
    )
