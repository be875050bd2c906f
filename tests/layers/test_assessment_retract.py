"""A department may take its acknowledgement back; both acts stay on record."""

from pathlib import Path

from layers.store.assessment_table import Act
from tests.layers.assessment_helpers import AT, BY, published
from tests.layers.store_helpers import make_workspace

WORD = {"authority": "水利局", "document": "1号", "date": "2026-01-05"}


def test_a_retracted_acknowledgement_no_longer_counts(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    code = published(workspace, tmp_path).assessment.code
    first = workspace.revision

    def acted(event: str, why: str | None = None) -> list[str | None]:
        act = Act(AT, BY.who, why, WORD)
        standing = workspace.assessment_event(code, None, event, act)  # type: ignore[arg-type]
        return [item.document for item in standing.acknowledged or ()]

    assert acted("retract") == []
    assert workspace.revision == first  # what was never said is not retracted
    assert acted("acknowledge") == ["1号"]
    assert acted("acknowledge") == ["1号"]
    assert workspace.revision == first + 1
    assert acted("retract", "文号写错") == []
    assert acted("retract", "文号写错") == []
    assert workspace.revision == first + 2
    assert acted("acknowledge") == ["1号"]
    events = [row.event for row in workspace.standing(code).history]
    assert events[-3:] == ["acknowledge", "retract", "acknowledge"]
