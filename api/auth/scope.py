"""Which rows somebody may see: one place for lists, single rows, pages and feeds.

Administrators and planners see all. Schedulers see their district, or the whole city; park bodies
their parks; departments what they were asked about; everybody what they made. Beside that nobody
sees a report with hits on confidential layers without the right to (DESIGN law 14).

The functions give conditions for a query, so that a list and a single row cannot differ. What
somebody may not see is answered like what is not there.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from api.auth.roles import Principal, Role
from api.records.tables import Job, Project, Report, ReportUse, Task

_SEE_ALL = frozenset({Role.ADMIN, Role.PLANNER})


def projects_seen_by(principal: Principal, project: type[Project] = Project) -> ColumnElement[bool]:
    """Return the condition of the projects that somebody may see; `project` may be an alias."""
    if _sees_all(principal):
        return true()
    allowed: list[ColumnElement[bool]] = []
    if principal.user_id is not None:
        allowed.append(project.created_by == principal.user_id)
    if principal.role is Role.SCHEDULER:
        allowed.append(project.district == principal.district)
    if principal.role is Role.PARK_BODY and principal.parks:
        allowed.append(project.park.in_(sorted(principal.parks)))
    if principal.role is Role.AUTHORITY and principal.department:
        task = aliased(Task)
        allowed.append(
            exists().where(task.project_id == project.id, task.department == principal.department)
        )
    return or_(*allowed) if allowed else false()


def reports_seen_by(principal: Principal) -> ColumnElement[bool]:
    """Return the condition of the reports that somebody may see."""
    shown = true() if principal.confidential else Report.confidential.is_(False)
    if _sees_all(principal):
        return shown
    # aliases, for the query around may ask the same tables
    use, project, task = aliased(ReportUse), aliased(Project), aliased(Task)
    allowed: list[ColumnElement[bool]] = []
    if principal.user_id is not None:
        allowed.append(exists().where(use.report_id == Report.id, use.user_id == principal.user_id))
        allowed.append(
            exists().where(
                use.report_id == Report.id,
                use.project_id == project.id,
                projects_seen_by(principal, project),
            )
        )
    if principal.role is Role.AUTHORITY and principal.department:
        about = "report:" + Report.id
        allowed.append(
            exists().where(
                or_(task.subject == about, task.subject.startswith(about + "#")),
                task.department == principal.department,
            )
        )
    return and_(shown, or_(*allowed)) if allowed else false()


def tasks_seen_by(principal: Principal) -> ColumnElement[bool]:
    """Return the condition of the tasks that somebody may see: asked of one, or by one."""
    if principal.role is Role.ADMIN:
        return true()
    allowed: list[ColumnElement[bool]] = []
    if principal.user_id is not None:
        allowed.append(Task.asked_by == principal.user_id)
    if principal.role is Role.AUTHORITY and principal.department:
        allowed.append(Task.department == principal.department)
    return or_(*allowed) if allowed else false()


def jobs_seen_by(principal: Principal) -> ColumnElement[bool]:
    """Return the condition of the jobs that somebody may see: one's own."""
    if principal.role is Role.ADMIN:
        return true()
    return Job.user_id == principal.user_id if principal.user_id is not None else false()


def may_see_project(session: Session, principal: Principal, project_id: int) -> bool:
    """Whether somebody may see a project."""
    return _holds(session, Project.id == project_id, projects_seen_by(principal))


def may_see_report(session: Session, principal: Principal, report_id: str) -> bool:
    """Whether somebody may see a report."""
    return _holds(session, Report.id == report_id, reports_seen_by(principal))


def _holds(session: Session, *conditions: ColumnElement[bool]) -> bool:
    return session.execute(select(true()).where(*conditions)).first() is not None


def _sees_all(principal: Principal) -> bool:
    """Whether no row is closed: an administrator, a planner, a scheduler of the whole city."""
    return principal.role in _SEE_ALL or (
        principal.role is Role.SCHEDULER and not principal.district
    )
