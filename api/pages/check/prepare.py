"""The cards before a check: site, scenario, facts that change a result, readiness of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from api.check_work import Desk, facts_of, sites_of
from api.pages.check.asked import Asked, Checks, asked_facts
from api.pages.check.readiness import Readiness, readiness
from api.services import Services
from api.site_preview import Found, preview_of
from checks.facts import Project
from checks.rule import Rulebook, Scenario
from checks.scenario_choice import in_order
from checks.screening import choose_scenario, screen
from gis.errors import LantuError, Text
from gis.site import Site


@dataclass(frozen=True, slots=True)
class Cards:
    """What the page shows before a check. Without a site that can be read only the first card."""

    preview: Mapping[str, Any]
    n: int
    site: Site | None = None
    scenario: Scenario | None = None
    reason: Text | None = None
    scenarios: tuple[Scenario, ...] = ()
    facts: tuple[Asked, ...] = ()
    project: Project | None = None
    data: Readiness | None = None


def read_cards(services: Services, desk: Desk, found: Found, n: int | None) -> Cards:
    """Work out the cards for one of the sites that were read; `n` counts from 1.

    Raises
    ------
    LantuError
        What the facts or the scenario refuse.
    """
    workspace = services.workspace
    preview = preview_of(found, workspace.crs)
    chosen = chosen_site(found, n)
    if chosen is None:
        return Cards(preview, 0)
    place, site = chosen
    rulebook = services.rulebook()
    project, _ = facts_of(services, desk, rulebook)
    scenarios = tuple(in_order(rulebook))
    try:
        scenario, reason = choose_scenario(rulebook, project, site, desk.form.scenario)
    except LantuError as error:
        if error.code != "no_scenario":
            raise
        return Cards(preview, place, site, reason=error.fact, scenarios=scenarios)
    checks = _checks(services, desk, site, rulebook, project, scenario)
    return Cards(
        preview,
        place,
        site,
        scenario,
        reason,
        scenarios=scenarios,
        facts=tuple(asked_facts(checks, rulebook=rulebook, scenario=scenario, facts=project.facts)),
        project=project,
        data=readiness(
            site,
            scenario,
            rulebook=rulebook,
            store=workspace,
            as_of=desk.as_of,
            confidential=desk.principal.confidential,
        ),
    )


def chosen_site(found: Found, n: int | None) -> tuple[int, Site] | None:
    """Return the site with number `n`, else the first that could be read; None where none could."""
    readable = [
        (place, item) for place, (_, item) in enumerate(found, start=1) if isinstance(item, Site)
    ]
    for place, site in readable:
        if place == n:
            return place, site
    return readable[0] if readable else None


def pick_site(found: Found, n: int | None) -> Site:
    """Return the site to check, or refuse with what refused it."""
    chosen = chosen_site(found, n)
    if chosen is not None:
        return chosen[1]
    for _, item in found:
        if isinstance(item, LantuError):
            raise item
    raise LantuError(
        "no_site",
        Text("文件中没有用地", "The file holds no site"),
        Text("请核对文件内容", "Check what the file holds"),
    )


def read_found(services: Services, desk: Desk, files: Any) -> Found:
    """Read the sites that the form names."""
    return sites_of(services, desk.form, files)


def _checks(
    services: Services,
    desk: Desk,
    site: Site,
    rulebook: Rulebook,
    project: Project,
    scenario: Scenario,
) -> Checks:
    """Check as it stands, without the project's facts, and without what the scenario assumes."""

    def check(facts: Project, rules: Scenario) -> Mapping[str, Any]:
        return screen(
            site,
            project=facts,
            scenario=rules,
            rulebook=rulebook,
            store=services.workspace,
            as_of=desk.as_of,
            confidential=desk.principal.confidential,
        ).data

    silent = replace(project, facts={})
    found = [check(silent, scenario)]
    if project.facts:
        found.append(check(project, scenario))
    bare = check(silent, replace(scenario, defaults={})) if scenario.defaults else found[0]
    return Checks(tuple(found), bare)
