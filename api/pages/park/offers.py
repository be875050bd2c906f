"""What the fields of the steps offer to choose from, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from api.auth.roles import Role
from api.pages.park.field_types import CHOICES
from api.pages.park.results import item_names, layer_names
from api.parks import kinds_of
from api.records.tables import User
from api.services import Services
from gis.errors import Language, Text

Offer = Mapping[str, str]


def offers_of(services: Services, language: Language, day: date) -> dict[str, Offer]:
    """Return every list of choices: key and word, in the reader's language."""
    lists: dict[str, Mapping[str, Text]] = {
        **CHOICES,
        "kinds": kinds_of(services),
        "facts": _figures(services),
        "layers": layer_names(services),
        "items": item_names(services),
        "indicators": _indicators(services),
        "classes": _classes(services, day),
    }
    found: dict[str, Offer] = {
        name: {key: text.pick(language) for key, text in texts.items()}
        for name, texts in lists.items()
    }
    facts = services.rulebook().facts
    found["all-facts"] = {key: spec.label.pick(language) for key, spec in facts.items()}
    found["authorities"] = {name: name for name in departments_of(services, day)}
    return found


def _figures(services: Services) -> dict[str, Text]:
    """Facts that are numbers, with their units."""
    facts = services.rulebook().facts
    return {
        key: _with_unit(spec.label, spec.unit)
        for key, spec in facts.items()
        if spec.type == "number"
    }


def _with_unit(label: Text, unit: str | None) -> Text:
    if not unit or unit == "1":
        return label
    return Text(f"{label.zh}（{unit}）", f"{label.en} ({unit})")


def _indicators(services: Services) -> dict[str, Text]:
    catalogue = services.rulebook().indicators
    held = catalogue.indicators if catalogue else {}
    return {key: item.name for key, item in held.items()}


def _classes(services: Services, day: date) -> dict[str, Text]:
    catalogue = services.rulebook().catalogue
    entries = catalogue.entries.values() if catalogue else ()
    return {
        entry.key: entry.effect
        for entry in entries
        if entry.kind == "class" and entry.key and entry.in_force(day)
    }


def departments_of(services: Services, day: date) -> list[str]:
    """Return departments: those with an account first, then those of the rules in force."""
    with services.records.reading() as session:
        query = select(User.department).where(
            User.role == Role.AUTHORITY.value, User.active, User.department != ""
        )
        known = sorted(set(session.scalars(query)))
    catalogue = services.rulebook().catalogue
    named = [item.on(day) for item in catalogue.authorities.values()] if catalogue else []
    return list(dict.fromkeys([*known, *named]))


def with_accounts(services: Services) -> set[str]:
    """Return departments that somebody can answer for."""
    with services.records.reading() as session:
        query = select(User.department).where(User.role == Role.AUTHORITY.value, User.active)
        return set(session.scalars(query)) - {""}
