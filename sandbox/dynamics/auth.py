"""Sign-in: Entra's token endpoint for client credentials, and the check of the bearer token it gave.

Errors carry Entra's AADSTS numbers. A token lives 3599 s by the sandbox's clock.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs
from uuid import uuid4

from sandbox.clock import Clock
from sandbox.dynamics.calls import Answer

LIFE = 3599


@dataclass
class Tokens:
    """The tokens given out and until when each is good."""

    clock: Clock
    client_id: str
    client_secret: str
    tenant: str
    until: dict[str, datetime] = field(default_factory=dict)

    def issue(self, tenant: str, form: str) -> Answer:
        """`form` is the url-encoded body. 400 or 401 with Entra's `error` and `error_description`."""
        given = {name: values[-1] for name, values in parse_qs(form, keep_blank_values=True).items()}
        if tenant != self.tenant:
            return _no(400, "invalid_request", f"AADSTS90002: Tenant '{tenant}' not found.")
        if given.get("grant_type") != "client_credentials":
            said = "AADSTS70003: The app requested an unsupported grant type."
            return _no(400, "unsupported_grant_type", said)
        if given.get("client_id") != self.client_id:
            said = (
                f"AADSTS700016: Application with identifier '{given.get('client_id')}' was not found in the directory."
            )
            return _no(400, "unauthorized_client", said)
        if given.get("client_secret") != self.client_secret:
            return _no(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        if not given.get("scope", "").endswith("/.default"):
            said = f"AADSTS1002012: The provided value for scope {given.get('scope', '')} is not valid."
            return _no(400, "invalid_scope", said)
        return self._good()

    def _good(self) -> Answer:
        token = f"sandbox.{uuid4().hex}"
        self.until[token] = self.clock.now() + timedelta(seconds=LIFE)
        body = {"token_type": "Bearer", "expires_in": LIFE, "ext_expires_in": LIFE, "access_token": token}
        return Answer(200, body, {"Cache-Control": "no-store"})

    def accepts(self, authorization: str) -> bool:
        kind, _, token = authorization.partition(" ")
        until = self.until.get(token.strip())
        return kind.lower() == "bearer" and until is not None and self.clock.now() < until

    def revoke(self) -> int:
        """Makes all tokens void; how many there were."""
        count = len(self.until)
        self.until.clear()
        return count


def _no(status: int, error: str, description: str) -> Answer:
    return Answer(status, {"error": error, "error_description": description})


def unauthorized(tenant: str, base: str) -> Answer:
    """401 without a body, as Dataverse answers a missing, unknown or expired token."""
    asks = f'Bearer authorization_uri="{base}/{tenant}/oauth2/authorize", resource_id="{base}/"'
    return Answer(401, None, {"WWW-Authenticate": asks})
