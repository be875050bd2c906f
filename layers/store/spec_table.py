"""Layer specs of a workspace: the shipped ones, and its own before them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from gis.errors import LantuError, Text
from layers.catalog import LayerSpec, load_spec, load_spec_text, over_shipped, shipped_specs
from layers.store.database import Database


class SpecTable:
    """Own specs as rows of the catalogue, every text kept with its revision."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: tuple[int, Mapping[str, LayerSpec]] = (-1, {})
        self._asked: tuple[int, Mapping[str, LayerSpec]] = (-1, {})

    def all(self, known_at: int | None = None) -> Mapping[str, LayerSpec]:
        """Specs by key, newest or as of a revision; kept in memory until a spec is added.

        What held at a revision that has been never changes: asked for it again, the database is
        not.
        """
        asked = self._asked
        if known_at is not None and asked[0] == known_at:
            return asked[1]
        ((newest, last),) = self._database.rows(
            "SELECT coalesce(max(revision), 0), (SELECT max(revision) FROM revisions)"
            " FROM specs WHERE revision <= coalesce(?, revision)",
            (known_at,),
        )
        found = self._at(newest)
        if known_at is not None and known_at <= last:
            self._asked = (known_at, found)
        return found

    def _at(self, newest: int) -> Mapping[str, LayerSpec]:
        """Specs as of the revision of the newest row that counts."""
        held = self._held
        if held[0] != newest:
            texts = self._database.rows(
                "SELECT key, yaml FROM specs WHERE revision <= ? ORDER BY revision", (newest,)
            )
            own = {
                key: over_shipped(load_spec_text(text, f"{key}.yaml"))
                for key, text in {row[0]: row[1] for row in texts}.items()
            }
            merged = {**shipped_specs(), **own}
            held = self._held = (newest, merged)
        return held[1]

    def add(self, path: Path, *, at: datetime) -> LayerSpec:
        """Add a spec from a `layer.yaml`, or a new text for its key."""
        spec = load_spec(path)
        text = path.read_text(encoding="utf-8-sig")
        with self._database.writing() as write:
            rows = write.execute(
                "SELECT yaml FROM specs WHERE key = ? ORDER BY revision DESC LIMIT 1", (spec.key,)
            )
            if rows == [(text,)]:
                return spec
            self._agree(spec)
            revision = write.revise("spec", spec.key, at)
            write.execute("INSERT INTO specs VALUES (?, ?, ?)", (spec.key, revision, text))
        return spec

    def _agree(self, spec: LayerSpec) -> None:
        """Refuse another kind of geometry for a layer that has editions."""
        before = self.all().get(spec.key)
        if before is None or before.geometry == spec.geometry:
            return
        ((count,),) = self._database.rows(
            "SELECT count(*) FROM editions WHERE layer = ?", (spec.key,)
        )
        if count:
            raise LantuError(
                "spec_conflict",
                Text(
                    f"图层 {spec.key} 已有 {count} 个 {before.geometry} 数据版本，不能改为"
                    f" {spec.geometry}",
                    f"Layer {spec.key} has {count} editions of {before.geometry};"
                    f" it cannot become {spec.geometry}",
                ),
                Text("请为新图层另取一个键", "Give the new layer a key of its own"),
                where=spec.key,
            )
