"""Whether the data of a check are there: layer by layer, with date, age, cover and whom to ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from checks.layer_view import look
from checks.rule import Rulebook, Scenario
from gis.errors import Text
from gis.site import Site
from layers.catalog import LayerSpec
from layers.store import LayerStore

State = Literal["ready", "stale", "missing"]
_WHOLE = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class LayerState:
    """One layer: whether it can be checked, how old it is, how much of the site it covers.

    `days` are those past its freshness. A confidential layer tells no date.
    """

    key: str
    title: Text
    authority: str
    state: State
    currency: date | None
    share: float
    days: int | None
    required: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """The layers that a check needs, and beside them those that it reads where they are there."""

    required: tuple[LayerState, ...]
    others: tuple[LayerState, ...]

    def count(self, state: State) -> int:
        """How many of the required layers are in a state."""
        return sum(layer.state == state for layer in self.required)


def readiness(
    site: Site,
    scenario: Scenario,
    *,
    rulebook: Rulebook,
    store: LayerStore,
    as_of: date,
    confidential: bool,
) -> Readiness:
    """Look at every layer that a scenario reads, without reading one feature.

    A scenario that requires no layer by name requires all that it reads.
    """
    specs = store.specs()
    read = dict.fromkeys(key for code in scenario.rules for key in rulebook.rules[code].layers())
    required = dict.fromkeys(scenario.required_layers or read)

    def looked(keys: Iterable[str], *, needed: bool) -> tuple[LayerState, ...]:
        found = [
            _layer(specs[key], site, store, as_of, shows=confidential, required=needed)
            for key in keys
        ]
        order = ("missing", "stale", "ready")
        return tuple(sorted(found, key=lambda layer: order.index(layer.state)))

    return Readiness(
        looked(required, needed=True),
        looked((key for key in read if key not in required), needed=False),
    )


def _layer(
    spec: LayerSpec, site: Site, store: LayerStore, as_of: date, *, shows: bool, required: bool
) -> LayerState:
    view = look(spec, site=site, store=store, as_of=as_of, known_at=store.revision, reach=0.0)
    share = view.share_covered if view.editions else 0.0
    state: State = "ready"
    if share < _WHOLE:
        state = "missing"
    elif view.stale_days is not None:
        state = "stale"
    told = shows or not spec.confidential
    return LayerState(
        spec.key,
        spec.title.text(),
        spec.authority,
        state,
        currency=min((one.currency for one in view.editions), default=None) if told else None,
        share=share,
        days=view.stale_days if told else None,
        required=required,
    )
