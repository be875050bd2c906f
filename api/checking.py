"""The work behind both doors, command line and HTTP: read sites, check, decide, release."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from checks.facts import Project
    from checks.inheritance.model import InheritancePack
    from checks.report.model import Report
    from checks.report.version import Version
    from checks.rule import Rulebook
    from gis.local_grid import LocalGrid
    from gis.site import Site
    from layers.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a site: by which scenario, for which day, by whom."""

    as_of: date
    scenario: str | None = None
    confidential: bool = False
    issue: bool = False


def local_grids(workspace: Workspace) -> dict[str, LocalGrid]:
    """Return the local grids of a workspace by name."""
    stored = workspace.local_grids()
    if not stored:
        return {}
    from gis.local_grid import LocalGrid

    return {name: LocalGrid.from_dict(values) for name, values in sorted(stored.items())}


def read_all(
    workspace: Workspace,
    source: Path | str,
    *,
    crs: str | None = None,
    merge: bool = False,
    accept_repair: bool = False,
) -> list[Site | LantuError]:
    """Read the sites of one source into the working CRS; a fault of the whole source is raised."""
    from gis.site_formats import SiteContext, read_sites

    context = SiteContext(
        crs=workspace.crs, area=workspace.area, local_grids=local_grids(workspace)
    )
    return read_sites(source, context=context, crs=crs, merge=merge, accept_repair=accept_repair)


def check_site(
    site: Site, question: Question, *, project: Project, rulebook: Rulebook, workspace: Workspace
) -> Report:
    """Check one site; an issued report is kept, with the rules that it rests on."""
    from checks.replay import keep_rules
    from checks.screening import choose_scenario, screen

    scenario, reason = choose_scenario(rulebook, project, site, question.scenario)
    report = screen(
        site,
        project=project,
        scenario=scenario,
        rulebook=rulebook,
        store=workspace,
        as_of=question.as_of,
        confidential=question.confidential,
        reason=reason,
        issue=question.issue,
    )
    if question.issue:
        workspace.put_document(report.to_json())
        keep_rules(rulebook, workspace.shelf)
    return report


def told_by(version: Version | None, report: Report, workspace: Workspace) -> Report:
    """Return what a version tells: the outside one nothing of what confidential layers hold."""
    if version != "outside":
        return report
    from checks.outside import without_secrets

    return without_secrets(report, workspace)


def given_version(report: Report, version: Version | None) -> Report:
    """Return the report as it may be given out; `told_by` comes before."""
    if version != "outside":
        return report
    from checks.report.model import Report as Document
    from checks.report.version import outside_version

    return Document(outside_version(report.data))


def log_release(
    workspace: Workspace,
    report: Report,
    *,
    at: datetime,
    who: str,
    version: Version | None,
    formats: tuple[str, ...],
) -> None:
    """Log that a report was given out; a precheck for one's own desk is no release."""
    from layers.store.releases import Release

    data = report.data
    workspace.releases.add(
        Release(
            at=at,
            who=who,
            version=version or "inside",
            number=data["number"],
            digest=data["digest"],
            site=data["site"]["name"],
            formats=formats,
        )
    )


def decide_site(
    site: Site,
    as_of: date,
    *,
    project: Project,
    rulebook: Rulebook,
    workspace: Workspace,
    kinds: Collection[str] = (),
    accepted: Collection[str] = (),
    known_at: int | None = None,
) -> list[dict[str, Any]]:
    """Decide for one site which assessments its project may share; no kinds named is all kinds.

    Raises
    ------
    LantuError
        `no_inheritance` where the packs hold no table, `unknown_kind`.
    """
    from checks.facts import fact_specs
    from checks.inheritance.decide import decide
    from checks.inheritance.sharing import class_truths
    from checks.report.decision_json import decision_json

    sharing = check_kinds(rulebook, kinds)
    decisions = decide(
        site,
        project=project,
        pack=sharing,
        specs=fact_specs(),
        store=workspace,
        as_of=as_of,
        known_at=known_at,
        kinds=tuple(kinds) or None,
        accepted=frozenset(accepted),
        classes=class_truths(rulebook, project.facts, as_of, {}),
    )
    return [decision_json(item, rulebook.catalogue, as_of) for item in decisions]


def check_kinds(rulebook: Rulebook, kinds: Collection[str]) -> InheritancePack:
    """Return the tables of sharing; refuse packs without one, and kinds that they do not know."""
    sharing = rulebook.inheritance
    if sharing is None:
        raise no_inheritance([pack.name for pack in rulebook.packs])
    for kind in kinds:
        if kind not in sharing.kinds:
            raise _unknown_kind(kind, sharing.kinds)
    return sharing


def no_inheritance(names: Sequence[str]) -> LantuError:
    """Return the refusal of packs that say nothing on sharing."""
    listed = ", ".join(names)
    return LantuError(
        "no_inheritance",
        Text(
            f"规则库 {listed} 没有成果共享判定表（inheritance.yaml）",
            f"The packs {listed} hold no inheritance.yaml: there is nothing to decide by",
        ),
        Text("请用 --packs 选择含判定表的规则库", "Choose packs that hold one by --packs"),
    )


def _unknown_kind(kind: str, kinds: Collection[str]) -> LantuError:
    known = ", ".join(kinds) or "-"
    return LantuError(
        "unknown_kind",
        Text(f"没有评估事项“{kind}”", f"There is no kind {kind!r}"),
        Text(f"可选：{known}", f"One of: {known}"),
    )
