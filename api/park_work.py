"""Work on area assessments and park totals that both doors share."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from checks.facts import Project
    from checks.inheritance.assessment_review import Review
    from checks.rule import Rulebook
    from layers.assessments import AreaAssessment, Standing
    from layers.store.assessment_table import Act
    from layers.store.workspace import Workspace


def review_of(
    workspace: Workspace, assessment: AreaAssessment, book: Rulebook | None = None
) -> Review:
    """Look for what stands against publishing an assessment, and whom it would touch.

    `book` are the workspace's rules where they were read already; None reads them.
    """
    from api.clock import today
    from checks.facts import fact_specs
    from checks.inheritance.assessment_review import review
    from checks.rulebook.load import load_rulebook

    if book is None:
        names, folders = workspace.packs, workspace.pack_folders()
        book = load_rulebook(names, folders, layer_specs=workspace.specs())
    return review(
        assessment, store=workspace, pack=book.inheritance, specs=fact_specs(), as_of=today()
    )


def publish_assessment(
    workspace: Workspace, code: str, version: str | None, act: Act
) -> tuple[Standing, Review]:
    """Publish an assessment that has no faults; return it with the remarks on it.

    Raises
    ------
    LantuError
        The first fault that the review found; `wrong_state`, `unknown_assessment`.
    """
    from checks.inheritance.assessment_review import refuse_faults

    standing = workspace.standing(code, version)
    found = review_of(workspace, standing.assessment)
    refuse_faults(found, standing.assessment.id)
    return workspace.assessment_event(code, version, "publish", act), found


def amounts_of(
    assessment: AreaAssessment, project: Project | None, given: Sequence[str]
) -> dict[str, Decimal]:
    """Amounts from the project's facts; those given by hand go before them."""
    amounts: dict[str, Decimal] = {}
    if project is not None:
        from checks.inheritance.criteria_project import decimal_of

        for total in assessment.totals or ():
            amount = decimal_of(project.facts.get(total.fact))
            if amount is not None:
                amounts[total.name] = amount
    for text in given:
        name, _, number = text.rpartition("=")
        try:
            amounts[name] = Decimal(number)
        except InvalidOperation as error:
            raise bad_amount(text) from error
        if name not in {total.name for total in assessment.totals or ()}:
            raise bad_amount(text)
    return amounts


def bad_amount(text: str) -> LantuError:
    """Return the refusal of an amount that is not understood."""
    return LantuError(
        "bad_amount",
        Text(f"用量“{text}”不能识别", f"The amount {text!r} is not understood"),
        Text(
            "请写 总量名称=数量，名称见 lantu assessments account",
            "Write NAME=NUMBER; lantu assessments account lists the names",
        ),
    )
