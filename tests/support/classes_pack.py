"""A small pack over cn-base for tests of classes: its rules and entries as text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from checks.rule import Rulebook
from checks.rulebook.load import load_rulebook
from layers.catalog import shipped_specs

RULE = """
- code: T-01
  title: {{zh: 甲, en: A}}
  layer: plan.detailed
  test: {{overlaps: {{}}}}
  when: {when}
  severity: {severity}
  verdict_family: involve
  basis: [{{title: 甲法, article: 第一条, valid_from: 2020-01-01, force: in_force}}]
  say:
    affected: {{zh: 是, en: 'yes'}}
    clear: {{zh: 否, en: 'no'}}
    not_assessed: {{zh: 未, en: not}}
  authority: 部门
  action: {{item: I020}}
"""
ENTRY = """
  - code: T-W1
    kind: waive
    effect: {{zh: 免办, en: waived}}
    when: {when}
    items: [I020]
    basis: [{{title: 乙办法}}]
    source: 乙办法
    force: in_force
"""


def pack(
    folder: Path,
    *,
    classes: str = "",
    rules: str = "",
    items: str = "",
    authorities: str = "",
    status: str = "in_force",
    more: Mapping[str, str] | None = None,
) -> Rulebook:
    """Write a pack `t` over cn-base and load it; `more` are further files by name."""
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    head = f"name: t\njurisdiction: 试\nover: [cn-base]\nstatus: {status}\n"
    texts = {
        "pack.yaml": head,
        "classes.yaml": classes,
        "items.yaml": items,
        "authorities.yaml": authorities,
        "rules/r.yaml": rules,
        **(more or {}),
    }
    for name, text in texts.items():
        if text:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    return load_rulebook(["t"], {"t": folder}, layer_specs=shipped_specs())
