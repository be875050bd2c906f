"""Roles and what each may do: one closed table, read by routes, pages and tests alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from gis.errors import LantuError, Text


class Role(StrEnum):
    """Roles of CONTRACTS section 8. Nobody signed in is a `viewer`."""

    VIEWER = "viewer"
    BUILDER = "builder"
    PLANNER = "planner"
    PARK_BODY = "park_body"
    AUTHORITY = "authority"
    SCHEDULER = "scheduler"
    ADMIN = "admin"


class Action(StrEnum):
    """What a route or a page does. Every route names one."""

    READ_PUBLIC = "read_public"  # catalogue, rules, glossary, published assessments
    SIGN_IN = "sign_in"
    OWN_ACCOUNT = "own_account"  # password, tokens, language
    CHECK = "check"
    ISSUE = "issue"
    READ_REPORT = "read_report"
    READ_PROJECT = "read_project"
    WRITE_PROJECT = "write_project"
    IMPORT_PROJECTS = "import_projects"
    SCHEDULE = "schedule"
    READ_PARK = "read_park"
    WRITE_ASSESSMENT = "write_assessment"
    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    RESERVE = "reserve"
    READ_JOB = "read_job"
    PUBLISH_LAYER = "publish_layer"
    WRITE_RULES = "write_rules"
    MANAGE_USERS = "manage_users"
    READ_AUDIT = "read_audit"
    OPERATE = "operate"  # metrics, settings, backup


_EVERYBODY = frozenset(Role)
_SIGNED_IN = _EVERYBODY - {Role.VIEWER}
_OFFICE = frozenset({Role.PLANNER, Role.SCHEDULER, Role.ADMIN})

ALLOWED: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {
        Action.READ_PUBLIC: _EVERYBODY,
        Action.SIGN_IN: _EVERYBODY,
        Action.OWN_ACCOUNT: _EVERYBODY,
        Action.CHECK: _SIGNED_IN,
        Action.ISSUE: frozenset({Role.PLANNER, Role.ADMIN}),
        Action.READ_REPORT: _SIGNED_IN,
        Action.READ_PROJECT: _SIGNED_IN,
        Action.WRITE_PROJECT: _OFFICE | {Role.BUILDER},
        Action.IMPORT_PROJECTS: frozenset({Role.SCHEDULER, Role.ADMIN}),
        Action.SCHEDULE: frozenset({Role.SCHEDULER, Role.ADMIN}),
        Action.READ_PARK: frozenset({Role.PARK_BODY, Role.PLANNER, Role.SCHEDULER, Role.ADMIN}),
        Action.WRITE_ASSESSMENT: frozenset({Role.PARK_BODY, Role.ADMIN}),
        Action.ACKNOWLEDGE: frozenset({Role.AUTHORITY, Role.ADMIN}),
        Action.ANSWER: frozenset({Role.AUTHORITY, Role.ADMIN}),
        Action.RESERVE: frozenset({Role.PLANNER, Role.PARK_BODY, Role.ADMIN}),
        Action.READ_JOB: _SIGNED_IN,
        Action.PUBLISH_LAYER: frozenset({Role.ADMIN}),
        Action.WRITE_RULES: frozenset({Role.ADMIN}),
        Action.MANAGE_USERS: frozenset({Role.ADMIN}),
        Action.READ_AUDIT: frozenset({Role.ADMIN}),
        Action.OPERATE: frozenset({Role.ADMIN}),
    }
)
"""Who may do what at all; `own` rows (parks, department, district) are asked beside it."""

_BEFORE_CHANGE = frozenset({Action.READ_PUBLIC, Action.SIGN_IN, Action.OWN_ACCOUNT})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, as far as rights go.

    Attributes
    ----------
    user_id, login
        None and "" for somebody not signed in.
    parks, department, district
        What a park body, an authority, a scheduler is bound to; an empty district means the
        whole city or the headquarters.
    confidential
        Whether hits on confidential layers may be seen (DESIGN law 14).
    actions
        A token's scope: None is everything that the role may.
    must_change
        Whether the password is a one-time one: nothing but the account is open until it is changed.
    """

    role: Role = Role.VIEWER
    user_id: int | None = None
    login: str = ""
    name: str = ""
    parks: frozenset[str] = field(default_factory=frozenset)
    department: str = ""
    district: str = ""
    confidential: bool = False
    actions: frozenset[Action] | None = None
    must_change: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether this is somebody with an account."""
        return self.user_id is not None

    def may(self, action: Action) -> bool:
        """Whether the role, the token's scope and the state of the account allow an action."""
        if self.must_change and action not in _BEFORE_CHANGE:
            return False
        if action is Action.OWN_ACCOUNT and not self.signed_in:
            return False
        return self.role in ALLOWED[action] and (self.actions is None or action in self.actions)

    def may_park(self, park: str | None) -> bool:
        """Whether a park's own things may be changed: an administrator's, or one's own."""
        return self.role is Role.ADMIN or (
            self.role is Role.PARK_BODY and park is not None and park in self.parks
        )

    def may_department(self, department: str) -> bool:
        """Whether this person answers for a department."""
        return self.role is Role.ADMIN or (
            self.role is Role.AUTHORITY and self.department == department
        )

    def may_district(self, district: str) -> bool:
        """Whether a district's projects may be seen."""
        if self.role in {Role.ADMIN, Role.PLANNER}:
            return True
        return self.role is Role.SCHEDULER and self.district in {"", district}


NOBODY = Principal()


def not_signed_in() -> LantuError:
    """Return the refusal of somebody who must sign in first (401)."""
    return LantuError(
        "not_signed_in",
        Text("尚未登录", "You are not signed in"),
        Text("请先登录，或带上访问令牌", "Sign in, or send an access token"),
    )


def not_allowed(principal: Principal, action: Action | str) -> LantuError:
    """Return the refusal of somebody whose role does not reach (403)."""
    return LantuError(
        "not_allowed",
        Text(
            f"当前角色 {principal.role.value} 无权进行 {action}",
            f"The role {principal.role.value} may not do {action}",
        ),
        Text("请联系管理员调整权限", "Ask an administrator for the right"),
    )


def must_change_password() -> LantuError:
    """Return the refusal of somebody who still has a one-time password (403)."""
    return LantuError(
        "must_change_password",
        Text("当前为一次性密码，须先修改", "The password is a one-time one and must be changed"),
        Text("请在账户页设置新密码后继续", "Set a new password on the account page first"),
    )


def require(principal: Principal, action: Action) -> None:
    """Refuse who may not do `action`.

    Raises
    ------
    LantuError
        `not_signed_in` (401), `not_allowed` or `must_change_password` (403).
    """
    if principal.may(action):
        return
    if not principal.signed_in:
        raise not_signed_in()
    if principal.must_change and principal.role in ALLOWED[action]:
        raise must_change_password()
    raise not_allowed(principal, action.value)
