"""Sign-in by an identity provider: OpenID Connect, authorisation code with PKCE.

What comes back is believed only when it is signed with one of the provider's public keys, meant
for us, not expired, and carries the nonce that this browser was sent away with.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx2
import jwt

from api.settings import Settings
from gis.errors import LantuError, Text

_SIGNATURES = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Public keys only: `none` signs nothing, and an HS key would be one that the world knows."""
_PUBLIC_KEYS = frozenset({"RSA", "EC", "OKP"})
_KEPT_S = 3600.0
_ASK_AGAIN_S = 60.0
_TIMEOUT_S = 10.0
_LEEWAY_S = 60
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Pending:
    """What a browser was sent away with; it brings it back in a cookie of its own."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Pending:
        """Return fresh random values."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


class Provider:
    """The provider that the settings name; safe to use from many threads."""

    def __init__(self, settings: Settings, *, client: httpx2.Client | None = None) -> None:
        self._issuer = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._secret = settings.oidc_client_secret
        if not _is_safe(self._issuer) or not self._client_id:
            raise LantuError(
                "bad_setting",
                Text(
                    "身份提供方设置不完整", "The settings of the identity provider are not complete"
                ),
                Text(
                    "LANTU_OIDC_ISSUER 须为 https 地址，并设置 LANTU_OIDC_CLIENT_ID",
                    "LANTU_OIDC_ISSUER is an https address, and LANTU_OIDC_CLIENT_ID is needed",
                ),
                where="LANTU_OIDC_ISSUER",
            )
        self._http = client or httpx2.Client(timeout=_TIMEOUT_S, follow_redirects=False)
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def address(self, pending: Pending, *, redirect_uri: str) -> str:
        """Return where the browser goes to sign in.

        Raises
        ------
        LantuError
            `provider_unreachable` (503).
        """
        digest = hashlib.sha256(pending.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile",
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        place = self._endpoint("authorization_endpoint")
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def claims(self, code: str, pending: Pending, *, redirect_uri: str) -> dict[str, Any]:
        """Change the code for the identity token and return what it says, verified.

        Raises
        ------
        LantuError
            `bad_identity` (401), `provider_unreachable` (503).
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": pending.verifier,
            "client_id": self._client_id,
        }
        answer = self._ask("POST", self._endpoint("token_endpoint"), form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise bad_identity("no identity token")
        return self._verified(token, pending)

    def _verified(self, token: str, pending: Pending) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in _SIGNATURES:
                raise bad_identity("signature of an unsafe kind")
            said: dict[str, Any] = jwt.decode(
                token,
                self._key(header),
                algorithms=[header["alg"]],
                audience=self._client_id,
                issuer=self._issuer,
                leeway=_LEEWAY_S,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise bad_identity(type(error).__name__) from error
        if not secrets.compare_digest(str(said.get("nonce", "")).encode(), pending.nonce.encode()):
            raise bad_identity("another nonce")
        several = isinstance(said["aud"], list) and len(said["aud"]) > 1
        if said.get("azp", None if several else self._client_id) != self._client_id:
            raise bad_identity("meant for another client")
        return said

    def _key(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        """Return the provider's key that a token names; asked anew once where it is unknown."""
        place = self._endpoint("jwks_uri")
        for again in (False, True):
            kept = jwt.PyJWKSet.from_dict(dict(self._document(place, again=again))).keys
            keys = [key for key in kept if key.key_type in _PUBLIC_KEYS]
            named = [key for key in keys if key.key_id == header.get("kid")]
            if header.get("kid") is None and len(keys) == 1:
                named = keys
            if named:
                return named[0]
        raise bad_identity("unknown key")

    def _endpoint(self, name: str) -> str:
        place = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        document = self._document(place)
        endpoint = document.get(name)
        if document.get("issuer") != self._issuer or not isinstance(endpoint, str):
            raise _unfit(name)
        if not _is_safe(endpoint):
            raise _unfit(name)
        return endpoint

    def _document(self, place: str, *, again: bool = False) -> Mapping[str, Any]:
        """Return a document of the provider, kept for an hour; `again` asks after a minute."""
        with self._lock:
            kept = self._kept.get(place)
            age = time.monotonic() - kept[0] if kept is not None else _KEPT_S
            if kept is not None and age < (_ASK_AGAIN_S if again else _KEPT_S):
                return kept[1]
        read = self._ask("GET", place)
        with self._lock:
            self._kept[place] = (time.monotonic(), read)
        return read

    def _ask(
        self, method: str, place: str, form: dict[str, str] | None = None
    ) -> Mapping[str, Any]:
        try:
            response = self._http.request(
                method, place, data=form, headers=self._authentication(form)
            )
            document = response.json() if response.content else {}
        except httpx2.HTTPError as error:
            raise _unreachable() from error
        except ValueError as error:
            raise _unfit(place) from error
        if form is not None and 400 <= response.status_code < 500:
            raise bad_identity("the code was not taken")
        if not response.is_success:
            raise _unreachable()
        if not isinstance(document, dict):
            raise _unfit(place)
        return document

    def _authentication(self, form: dict[str, str] | None) -> dict[str, str]:
        """Return our own proof for the token endpoint; a public client has none."""
        if form is None or self._secret is None:
            return {}
        pair = (
            f"{quote(self._client_id, safe='')}:{quote(self._secret.get_secret_value(), safe='')}"
        )
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def bad_identity(reason: str) -> LantuError:
    """Return the refusal of what came back from the provider (401)."""
    return LantuError(
        "bad_identity",
        Text(f"统一身份认证未通过：{reason}", f"The identity provider's answer fails: {reason}"),
        Text(
            "请重新登录；如仍不行请联系管理员", "Sign in again; if it stays, tell the administrator"
        ),
    )


def _is_safe(address: str) -> bool:
    """Whether an address is encrypted, or never leaves this machine."""
    parts = urlsplit(address)
    return (parts.scheme == "https" and bool(parts.hostname)) or (
        parts.scheme == "http" and parts.hostname in _LOOPBACK
    )


def _unreachable() -> LantuError:
    return LantuError(
        "provider_unreachable",
        Text("统一身份认证服务暂时无法访问", "The identity provider cannot be reached just now"),
        Text("请稍后重试，或用本地帐号登录", "Try again later, or sign in with a local account"),
    )


def _unfit(what: str) -> LantuError:
    return LantuError(
        "provider_unreachable",
        Text(
            f"统一身份认证服务的配置文档不可用：{what}",
            f"The identity provider's document cannot be used: {what}",
        ),
        Text("请管理员核对 LANTU_OIDC_ISSUER", "Ask the operator to check LANTU_OIDC_ISSUER"),
    )
