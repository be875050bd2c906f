"""One test of one rule on one site: what every leaf needs to answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from checks.evidence import NOTHING, Answer, Evidence, FeatureHit
from checks.layer_view import LayerView
from checks.measured import Mask, Measured, Measurer, feature_hit, measurer_of
from checks.quantities import Facts, Quantities, Unknown, text_of
from checks.rule import FactSpec, Leaf, Named, Rule
from gis.certainty import Certainty, near, overlap_certainty
from gis.errors import Text
from gis.once import once
from gis.overlay import Passed, Tolerance, distances, grown, judge
from gis.prepared import prepared


@dataclass(frozen=True)
class Case:
    """A leaf with its rule, the layer as seen from the site, and the project's facts."""

    rule: Rule
    leaf: Leaf
    view: LayerView
    quantities: Quantities
    fact_specs: Mapping[str, FactSpec]

    @property
    def site(self) -> BaseGeometry:
        """The site's geometry."""
        return self.view.site.geometry

    @property
    def facts(self) -> Facts:
        """Facts of the project."""
        return self.quantities.facts

    @property
    def tolerance(self) -> Tolerance:
        """The rule's tolerance."""
        return Tolerance(self.rule.tolerance_area_m2, self.rule.tolerance_width_m)

    @once
    def accuracy_m(self) -> float:
        """Accuracy of the data on the site, and of the site itself."""
        return self.view.accuracy_within(0.0)

    # --- which features ---------------------------------------------------------------------

    def class_of(self, row: int) -> str | None:
        """Class of a piece, or of the attribute that the leaf names in its place."""
        features = self.view.features
        if self.leaf.kind == "class_in" and self.leaf.attribute:
            value = features.fields.get(int(features.ids[row]), {}).get(self.leaf.attribute)
            return None if value is None else str(value)
        code = features.classes[row]
        return None if code is None else str(code)

    def chosen(self) -> tuple[Mask, Mask]:
        """Pieces that the leaf looks at, and pieces whose unknown class leaves it open."""
        taken, unsure = self._by_class()
        return (taken, unsure) if self.leaf.where is None else self._where(taken, unsure)

    def _by_class(self) -> tuple[Mask, Mask]:
        rows = len(self.view.features.ids)
        choice = self.leaf.classes
        if choice is None:
            return np.ones(rows, dtype=bool), np.zeros(rows, dtype=bool)
        codes = [self.class_of(row) for row in range(rows)]
        taken = np.array([code is not None and choice.takes(code) for code in codes], dtype=bool)
        return taken, np.array([code is None for code in codes], dtype=bool)

    def _where(self, taken: Mask, unsure: Mask) -> tuple[Mask, Mask]:
        """Narrow the choice by an attribute: kept, left out, or unknown and so unsure."""
        kept = [self._keeps(row) for row in range(len(taken))]
        yes = np.array([item is True for item in kept], dtype=bool)
        maybe = np.array([item is not False for item in kept], dtype=bool)
        return taken & yes, (taken | unsure) & maybe & ~(taken & yes)

    def _keeps(self, row: int) -> bool | None:
        features, where = self.view.features, self.leaf.where
        if where is None:
            return True
        value: object = features.classes[row]
        if where.attribute != "class":
            value = features.fields.get(int(features.ids[row]), {}).get(where.attribute)
        if where.marked:
            return value is not None and str(value) in where.marked
        if where.table is None:
            own = self.facts.get(where.not_fact or "")
            return own is None or value is None or str(value) != text_of(own)
        word = None if value is None else str(value)
        said = self.quantities.resolve(Named(where.table), code=word)
        return said == 1.0 if isinstance(said, float) else None

    def threshold(self, name: str) -> float | Unknown:
        """A threshold that depends on facts only; 0 where the leaf gives none."""
        argument = self.leaf.args.get(name)
        if argument is None:
            return 0.0
        value = self.quantities.resolve(argument)
        return Unknown((name,)) if isinstance(value, str) else value

    def too_many(self, count: int, limit: float) -> bool:
        """Whether a count exceeds the limit; `inclusive`: reaches it, and is not nothing."""
        return count > limit or (self.leaf.inclusive and count >= max(limit, 1))

    # --- answers ----------------------------------------------------------------------------

    def absence(self, evidence: Evidence, *, within: float | None = None) -> Answer:
        """The answer where nothing was found on the site, or within metres of it.

        False when proved, else no data.
        """
        view = self.view
        reason = view.unproved(self.site) if within is None else view.unproved_within(within)
        if reason is None:
            return Answer(truth=False, evidence=evidence)
        return Answer.no_data(reason, evidence)

    def ask_class(self, evidence: Evidence) -> Answer:
        """Ask for the class of features that carry none, or for what else keeps them open."""
        title = self.view.spec.title
        where = self.leaf.where
        if where is not None and where.table is not None:
            unset = self.quantities.unset(Named(where.table))
            if unset:
                return self.ask_for(unset, evidence)
            word = "类别" if where.attribute == "class" else f"属性 {where.attribute}"
            return Answer.ask(
                Text(
                    f"“{title.zh}”有图斑的{word}在当日规定中没有对应，请向{self.view.spec.authority}核实",
                    f"Features of '{title.en}' carry a {where.attribute} that the rule of that day "
                    f"does not know: verify it with {self.view.spec.authority}",
                ),
                evidence,
            )
        return Answer.ask(
            Text(
                f"“{title.zh}”有图斑未注明类别，请向{self.view.spec.authority}核实类别",
                f"Features of '{title.en}' carry no class: verify it with "
                f"{self.view.spec.authority}",
            ),
            evidence,
        )

    def ask_for(self, names: Iterable[str], evidence: Evidence = NOTHING) -> Answer:
        """Ask for facts, attributes of features or settings that are unknown."""
        zh, en = [], []
        for name in dict.fromkeys(names):
            spec = self.fact_specs.get(name)
            if spec is not None:
                zh.append(f"项目情况“{spec.label.zh}”（{name}）")
                en.append(f"project fact '{spec.label.en}' ({name})")
            elif name.startswith("@"):
                zh.append(f"图层属性 {name[1:]}")
                en.append(f"layer attribute {name[1:]}")
            else:
                zh.append(f"规则 {self.rule.code} 的取值 {name}（{self._whose(name)}）")
                en.append(
                    f"the value {name} of rule {self.rule.code}, set by the office with its source"
                )
        if not zh:
            zh, en = ["规则取值表中没有适用的行"], ["a fitting row in the rule's table"]
        return Answer.ask(
            Text("请补充：" + "、".join(zh), "Please give: " + ", ".join(en)), evidence
        )

    def _whose(self, name: str) -> str:
        """What the file says of a value that is open, else that the office sets it."""
        series = self.rule.values.get(name)
        entry = series.on(self.quantities.as_of) if series else None
        return (entry and entry.reference) or "由本单位设定并注明来源"

    def overlap_certainty(self, mask: Mask, overlap: BaseGeometry, *, hit: bool) -> Certainty:
        """Whether a hit, or none, by these pieces survives the accuracy of layer and site."""
        return overlap_certainty(
            self.site,
            self.view.features.geometries[mask],
            overlap=overlap,
            accuracy=self.accuracy_m,
            hit=hit,
            passes=lambda shape: judge(shape, self.tolerance).hit,
        )

    def borderline(self, mask: Mask) -> tuple[FeatureHit, ...]:
        """Features that only touch the rim of the site that its accuracy leaves in doubt."""
        accuracy, features = self.accuracy_m, self.view.features
        rows = np.flatnonzero(mask)
        if accuracy <= 0 or len(rows) == 0:
            return ()
        away = distances(self.site, features.geometries[rows])
        core = prepared(grown(self.site, -accuracy))
        firm = set(features.ids[rows][shapely.intersects(core, features.geometries[rows])].tolist())
        nearest: dict[int, tuple[float, int]] = {}
        for row, distance in zip(rows.tolist(), away.tolist(), strict=True):
            number = int(features.ids[row])
            if distance <= accuracy and number not in firm:
                nearest[number] = min(nearest.get(number, (distance, row)), (distance, row))
        return tuple(
            replace(feature_hit(self.view, number, features.classes[row]), distance_m=distance)
            for number, (distance, row) in sorted(nearest.items())
            if not self._deep(rows[features.ids[rows] == number], accuracy)
        )

    def within_accuracy(self, mask: Mask) -> tuple[int, ...]:
        """Numbers of the features no farther from the site than its accuracy and the layer's."""
        features, rows = self.view.features, np.flatnonzero(mask)
        if self.accuracy_m <= 0 or len(rows) == 0:
            return ()
        away = distances(self.site, features.geometries[rows])
        close = features.ids[rows][away <= self.accuracy_m]
        return tuple(sorted(set(close.tolist())))

    def _deep(self, rows: npt.NDArray[np.int64], accuracy: float) -> bool:
        """Whether the site reaches into a feature by more than the accuracy.

        This decides for lines and slender sites: shrunk by the accuracy, nothing is left of them.
        """
        held, piece = shapely.get_parts(self._measurer.clipped[rows], return_index=True)
        if self.view.site.is_line:
            middles = shapely.line_interpolate_point(held, 0.5, normalized=True)
        else:
            middles = shapely.point_on_surface(held)
        edges = shapely.boundary(self.view.features.geometries[rows])[piece]
        if bool((shapely.distance(middles, edges) > accuracy).any()):
            return True  # one point of the site deep inside is enough, and cheap to find
        around = near(self.site, self.view.features.geometries[rows], accuracy)
        return bool(shapely.intersects(self.site, grown(around, -accuracy)))

    # --- measures ---------------------------------------------------------------------------

    @property
    def meets_in_points(self) -> bool:
        """Whether a thing of the layer may lie on the site without area or length."""
        return self._measurer.in_points

    def passed(self, measured: Measured) -> Passed:
        """Judge what was measured by the rule's tolerance; what is met in points is a hit."""
        if self.meets_in_points and measured.amounts:
            return Passed(hit=True, rest_m=0.0, edge_m=0.0, edge_count=0)
        return self.judged(measured)

    def judged(self, measured: Measured) -> Passed:
        """Judge a measured shape by the rule's tolerance."""
        return self._measurer.judge(measured, self.tolerance)

    @property
    def _measurer(self) -> Measurer:
        return measurer_of(self.view)

    def measured(self, mask: Mask) -> Measured:
        """What the chosen pieces hold of the site."""
        return self._measurer.measure(mask)
