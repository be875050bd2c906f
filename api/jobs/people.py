"""Who asked for a job, as the records know this person now: a right withdrawn is gone."""

from __future__ import annotations

from api.auth.identities import principal_of_user
from api.auth.roles import NOBODY, Principal
from api.records.tables import User
from api.services import Services


def principal_of(services: Services, user_id: int | None) -> Principal:
    """Return the rights of a user as of now; somebody who was locked out has none."""
    if user_id is None:
        return NOBODY
    with services.records.reading() as session:
        user = session.get(User, user_id)
    if user is None or not user.active:
        return NOBODY
    return principal_of_user(user)
