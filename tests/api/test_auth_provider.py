"""Sign-in by an identity provider, against a small one in the test: what it signs is believed,
what anybody else could have made is not."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi.testclient import TestClient

from api.auth.accounts import user_by_login
from api.auth.provider import Provider
from api.auth.provider_accounts import role_of
from api.auth.roles import Role
from api.routes.fields import own_path
from api.settings import Settings
from gis.errors import LantuError
from tests.support.office import Office, open_office

ISSUER = "https://login.example/realm"
CLIENT = "lantu"
SETTINGS = {
    "oidc_issuer": ISSUER,
    "oidc_client_id": CLIENT,
    "oidc_client_secret": "s3cret/with:signs",
    "oidc_role_claim": "realm_access.roles",
    "base_url": "http://testserver",
}
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


class SmallProvider:
    """Answers as a provider does; a test may change what the token says and how it is signed."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.key: Any = KEY
        self.alg = "RS256"
        self.kid: str | None = "k1"
        self.published: list[tuple[str, Any, str]] = [("k1", KEY, "RS256")]
        self.asked: list[str] = []
        self.sent: dict[str, list[str]] = {}
        self.challenge = ""
        self.authorization = ""
        self.down = False
        self.issuer = ISSUER

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        self.asked.append(path)
        if self.down:
            raise httpx2.ConnectError("down", request=request)
        if path.endswith("/.well-known/openid-configuration"):
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            return httpx2.Response(
                200,
                json={"issuer": self.issuer, **{name: f"{ISSUER}/{name}" for name in names}},
            )
        if path.endswith("/jwks_uri"):
            return httpx2.Response(
                200, json={"keys": [self._public(*key) for key in self.published]}
            )
        self.sent = parse_qs(request.content.decode())
        self.authorization = request.headers.get("authorization", "")
        digest = hashlib.sha256(self.sent["code_verifier"][0].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.challenge:
            return httpx2.Response(400, json={"error": "invalid_grant"})
        return httpx2.Response(200, json={"id_token": self.token(), "access_token": "x"})

    def token(self) -> str:
        headers = {"kid": self.kid} if self.kid else {}
        return jwt.encode(self.claims, self.key, algorithm=self.alg, headers=headers)

    @staticmethod
    def _public(kid: str, key: Any, alg: str) -> dict[str, Any]:
        maker = jwt.get_algorithm_by_name(alg)
        return {**json.loads(maker.to_jwk(key.public_key())), "kid": kid, "use": "sig"}


@pytest.fixture
def there() -> SmallProvider:
    return SmallProvider()


@pytest.fixture
def office(tmp_path: Path, there: SmallProvider) -> Iterator[Office]:
    with open_office(tmp_path, **SETTINGS) as made:
        if made.services.provider is not None:
            made.services.provider.close()
        made.services.provider = Provider(
            made.services.settings, client=httpx2.Client(transport=httpx2.MockTransport(there))
        )
        yield made


def _leave(client: TestClient, there: SmallProvider, back: str = "/check") -> dict[str, str]:
    """Go to the provider; return what the browser was sent with."""
    answer = client.get(f"/sign-in/provider?back={back}", follow_redirects=False)
    assert answer.status_code == 303, answer.text
    place = urlsplit(answer.headers["location"])
    assert f"{place.scheme}://{place.netloc}{place.path}" == f"{ISSUER}/authorization_endpoint"
    sent = {name: values[0] for name, values in parse_qs(place.query).items()}
    there.challenge = sent["code_challenge"]
    now = int(time.time())
    there.claims = {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": "u-17",
        "iat": now,
        "exp": now + 300,
        "nonce": sent["nonce"],
        "preferred_username": "Anne",
        "name": "安妮",
    }
    return sent


def _return(client: TestClient, state: str, **more: str) -> Any:
    params = {"state": state, "code": "c", **more}
    return client.get("/sign-in/provider/callback", params=params, follow_redirects=False)


def _is_refused(answer: Any) -> bool:
    return answer.status_code == 401 and answer.json()["code"] == "bad_identity"


def test_there_and_back(office: Office, there: SmallProvider) -> None:
    client = office.browser()
    sent = _leave(client, there)
    assert sent["response_type"] == "code"
    assert sent["code_challenge_method"] == "S256"
    assert sent["redirect_uri"] == "http://testserver/sign-in/provider/callback"
    assert set(sent["scope"].split()) == {"openid", "profile"}
    answer = _return(client, sent["state"])
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/check"
    here = client.get("/api/v1/session").json()
    assert (here["login"], here["name"], here["role"]) == ("anne", "安妮", "viewer")
    basic = base64.b64decode(there.authorization.removeprefix("Basic ")).decode()
    assert basic == "lantu:s3cret%2Fwith%3Asigns"


def test_the_same_person_again_is_the_same_account(office: Office, there: SmallProvider) -> None:
    for login in ("anne", "renamed"):
        client = office.browser()
        sent = _leave(client, there)
        there.claims["preferred_username"] = login
        assert _return(client, sent["state"]).status_code == 303
        assert client.get("/api/v1/session").json()["login"] == "anne"


def test_a_local_account_of_the_same_login_is_not_taken_over(
    office: Office, there: SmallProvider
) -> None:
    office.person("anne", "admin")
    client = office.browser()
    sent = _leave(client, there)
    assert _return(client, sent["state"]).status_code == 303
    here = client.get("/api/v1/session").json()
    assert (here["login"], here["role"]) == ("anne-2", "viewer")


def test_the_claim_gives_the_role_and_changes_it(office: Office, there: SmallProvider) -> None:
    for named, role in ((["other", "planner", "builder"], "planner"), (["scheduler"], "scheduler")):
        client = office.browser()
        sent = _leave(client, there)
        there.claims["realm_access"] = {"roles": named}
        assert _return(client, sent["state"]).status_code == 303
        assert client.get("/api/v1/session").json()["role"] == role


def test_without_the_claim_the_administrators_word_stands(
    office: Office, there: SmallProvider
) -> None:
    client = office.browser()
    _return(client, _leave(client, there)["state"])
    admin = office.browser(user_by_login(office.services, "admin"))
    anne = user_by_login(office.services, "anne").id
    admin.patch(f"/api/v1/users/{anne}", json={"role": "authority", "department": "水利局"})
    _return(client, _leave(client, there)["state"])
    assert client.get("/api/v1/session").json()["role"] == "authority"


def test_a_closed_account_stays_closed(office: Office, there: SmallProvider) -> None:
    client = office.browser()
    _return(client, _leave(client, there)["state"])
    admin = office.browser(user_by_login(office.services, "admin"))
    anne = user_by_login(office.services, "anne").id
    admin.patch(f"/api/v1/users/{anne}", json={"active": False})
    answer = _return(client, _leave(client, there)["state"])
    assert (answer.status_code, answer.json()["code"]) == (403, "account_closed")


def test_nobody_signs_in_locally_as_somebody_of_the_provider(
    office: Office, there: SmallProvider
) -> None:
    client = office.browser()
    _return(client, _leave(client, there)["state"])
    for password in ("", "x"):
        answer = office.browser().post(
            "/api/v1/session", json={"login": "anne", "password": password}
        )
        assert answer.status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody else"},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1_000_000_000},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"exp": None},
    ],
)
def test_a_token_that_says_something_else(
    office: Office, there: SmallProvider, change: dict[str, Any]
) -> None:
    client = office.browser()
    sent = _leave(client, there)
    there.claims = {k: v for k, v in {**there.claims, **change}.items() if v is not None}
    assert _is_refused(_return(client, sent["state"]))
    assert client.get("/api/v1/session").json()["signed_in"] is False


def test_several_audiences_with_us_as_the_party(office: Office, there: SmallProvider) -> None:
    client = office.browser()
    sent = _leave(client, there)
    there.claims |= {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert _return(client, sent["state"]).status_code == 303


@pytest.mark.parametrize(
    ("key", "alg", "kid"),
    [
        (OTHER_KEY, "RS256", "k1"),
        (KEY, "RS256", "unknown"),
        ("", "none", "k1"),
        ("a secret of sufficient length, known to the world", "HS256", "k1"),
    ],
)
def test_a_token_that_the_provider_did_not_sign(
    office: Office, there: SmallProvider, key: Any, alg: str, kid: str
) -> None:
    client = office.browser()
    sent = _leave(client, there)
    there.key, there.alg, there.kid = key, alg, kid
    assert _is_refused(_return(client, sent["state"]))


def test_a_key_known_to_all_signs_nothing(office: Office, there: SmallProvider) -> None:
    """The classic confusion: the published key used as the secret of a keyed hash."""
    client = office.browser()
    sent = _leave(client, there)
    public = there._public("k1", KEY, "RS256")["n"].encode()
    header, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "kid": "k1"}, there.claims)
    )
    import hmac

    seal = hmac.new(public, header + b"." + body, hashlib.sha256).digest()
    token = b".".join((header, body, base64.urlsafe_b64encode(seal).rstrip(b"="))).decode()
    there.token = lambda: token  # type: ignore[method-assign]
    assert _is_refused(_return(client, sent["state"]))


def test_a_new_key_of_the_provider_is_fetched(
    office: Office, there: SmallProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = office.browser()
    assert _return(client, _leave(client, there)["state"]).status_code == 303
    there.published.append(("k2", EC_KEY, "ES256"))
    there.key, there.alg, there.kid = EC_KEY, "ES256", "k2"
    assert _is_refused(_return(client, _leave(client, there)["state"]))  # asked a moment ago
    monkeypatch.setattr("api.auth.provider._ASK_AGAIN_S", 0.0)
    assert _return(client, _leave(client, there)["state"]).status_code == 303


def test_another_state_and_another_browser_are_refused(
    office: Office, there: SmallProvider
) -> None:
    client = office.browser()
    sent = _leave(client, there)
    assert _is_refused(_return(client, "another"))
    assert _is_refused(_return(office.browser(), sent["state"]))
    assert _is_refused(_return(client, sent["state"], error="access_denied"))
    assert there.sent == {}


def test_a_code_of_somebody_else_is_not_taken(office: Office, there: SmallProvider) -> None:
    client = office.browser()
    sent = _leave(client, there)
    there.challenge = "of another browser"
    assert _is_refused(_return(client, sent["state"]))


def test_a_provider_that_is_away(office: Office, there: SmallProvider) -> None:
    there.down = True
    answer = office.browser().get("/sign-in/provider", follow_redirects=False)
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_unreachable")


def test_a_document_of_another_issuer(office: Office, there: SmallProvider) -> None:
    there.issuer = "https://evil.example"
    answer = office.browser().get("/sign-in/provider", follow_redirects=False)
    assert answer.json()["code"] == "provider_unreachable"


def test_without_a_provider_there_is_no_way(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        assert office.browser().get("/sign-in/provider").status_code == 404


@pytest.mark.parametrize(
    "settings",
    [
        {"oidc_issuer": "http://login.example", "oidc_client_id": "x"},
        {"oidc_issuer": "https://login.example"},
        {"oidc_issuer": "login.example", "oidc_client_id": "x"},
    ],
)
def test_unfit_settings(settings: dict[str, str]) -> None:
    with pytest.raises(LantuError, match="bad_setting"):
        Provider(Settings(**settings))


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("/check?a=1", "/check?a=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("", "/"),
        ("/a\nb", "/"),
    ],
)
def test_the_way_back_is_our_own(said: str, path: str) -> None:
    assert own_path(said) == path


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"r": "planner"}, Role.PLANNER),
        ({"r": ["viewer", "admin"]}, Role.ADMIN),
        ({"r": "king"}, None),
        ({"r": None}, None),
        ({}, None),
    ],
)
def test_roles_of_a_claim(claims: dict[str, Any], role: Role | None) -> None:
    assert role_of(claims, "r") is role
