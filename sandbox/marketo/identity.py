"""Who may call: client credentials against a token that lives 3,600 s and is handed out again until it dies."""

from datetime import datetime, timedelta

from sandbox.marketo.envelope import Json, Refusal

TOKEN_SECONDS = 3600


class Unauthorized(Exception):
    """HTTP 401 of the identity service, the only one that Marketo sends."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.as_json: Json = {"error": error, "error_description": description}


class Identity:
    def __init__(self, client_id: str, client_secret: str, pod: str = "sn") -> None:
        self.client_id = client_id
        self.client_secret = client_secret
        self.user = f"api@{client_id}.example"
        self._pod = pod
        self._issued: dict[str, datetime] = {}

    def token(self, asked: Json, now: datetime, chosen: str) -> Json:
        """The living token with what is left of its life, or a new one named `chosen`.

        `asked` holds grant_type, client_id and client_secret, however they were sent.
        """
        if asked.get("grant_type") != "client_credentials":
            raise Unauthorized("unsupported_grant_type", f"Unsupported grant type: {asked.get('grant_type')}")
        if asked.get("client_id") != self.client_id:
            raise Unauthorized("invalid_client", f"No client with requested id: {asked.get('client_id')}")
        if asked.get("client_secret") != self.client_secret:
            raise Unauthorized("unauthorized", "Bad client credentials")
        for token, ends in self._issued.items():
            if ends > now:
                return self._answer(token, ends, now)
        token = f"{chosen}:{self._pod}"
        self._issued[token] = now + timedelta(seconds=TOKEN_SECONDS)
        return self._answer(token, self._issued[token], now)

    def _answer(self, token: str, ends: datetime, now: datetime) -> Json:
        left = int((ends - now).total_seconds())
        return {"access_token": token, "token_type": "bearer", "expires_in": left, "scope": self.user}

    def check(self, token: str | None, now: datetime) -> None:
        """Refuses a token that is missing (600), unknown (601) or past its life (602)."""
        if not token:
            raise Refusal("600", "Access token is empty")
        if token not in self._issued:
            raise Refusal("601", "Access token invalid")
        if self._issued[token] <= now:
            raise Refusal("602", "Access token expired")

    def shorten(self, now: datetime, remaining: float) -> None:
        """Leaves every token `remaining` seconds to live."""
        ends = now + timedelta(seconds=remaining)
        self._issued = {token: min(ended, ends) for token, ended in self._issued.items()}
