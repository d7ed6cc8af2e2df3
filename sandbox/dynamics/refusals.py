"""What Dataverse says no with: a status, a code and a sentence, as its documentation and error list give them."""

from typing import Any


class Refusal(Exception):
    """One refusal. Raised anywhere below the routes and turned into an answer in one place."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message}}


def unknown_segment(segment: str) -> Refusal:
    return Refusal(404, "0x8006088a", f"Resource not found for the segment '{segment}'.")


def unknown_property(name: str, logical: str) -> Refusal:
    kind = f"Microsoft.Dynamics.CRM.{logical}"
    return Refusal(400, "0x0", f"Could not find a property named '{name}' on type '{kind}'.")


def wrong_verb(address: str) -> Refusal:
    return Refusal(404, "", f"No HTTP resource was found that matches the request URI '{address}'.")


def bad_key(segment: str) -> Refusal:
    return Refusal(400, "0x0", f"The key in the request URI is not valid for resource '{segment}'.")


def bad_request(message: str) -> Refusal:
    """A request that no reader of the protocol can follow: broken JSON, filters and the like."""
    return Refusal(400, "0x80060888", message)


def bad_payload(logical: str, message: str) -> Refusal:
    said = f"Error identified in Payload provided by the user for Entity :'{logical}', Error Message: {message}"
    return Refusal(400, "0x80048d19", said)


def does_not_exist(logical: str, row_id: str) -> Refusal:
    return Refusal(404, "0x80040217", f"{logical} With Id = {row_id} Does Not Exist")


def no_row_for_key(logical: str) -> Refusal:
    return Refusal(404, "0x80060891", f"A record with the specified key values does not exist in {logical} entity")


def key_not_defined(names: str, logical: str) -> Refusal:
    return Refusal(
        400, "0x80060890", f"The specified key attributes are not a defined key for the {logical} entity: {names}"
    )


def key_taken(names: str) -> Refusal:
    said = f"Entity Key {names} violated. A record with the same value for {names} already exists."
    return Refusal(412, "0x80060892", said)


def duplicate_id() -> Refusal:
    return Refusal(412, "0x80040237", "Cannot insert duplicate key.")


def already_exists() -> Refusal:
    return Refusal(412, "0x80060892", "A record with matching key values already exists.")


def version_mismatch() -> Refusal:
    said = "The version of the existing record doesn't match the RowVersion property provided."
    return Refusal(412, "0x80060882", said)


def duplicate_detected() -> Refusal:
    said = "A record was not created or updated because a duplicate of the current record already exists."
    return Refusal(412, "0x80040333", said)


def too_long(column: str, logical: str, length: int) -> Refusal:
    said = (
        f"A validation error occurred. The length of the '{column}' attribute of the '{logical}' entity "
        f"exceeded the maximum allowed length of '{length}'."
    )
    return Refusal(400, "0x80044331", said)


def out_of_range(code: str, column: str, logical: str, value: object, allowed: str) -> Refusal:
    said = (
        f"A validation error occurred. The value {value} of '{column}' on record of type '{logical}' "
        f"is outside the valid range. {allowed}"
    )
    return Refusal(400, code, said)


def invalid_characters(column: str, character: str) -> Refusal:
    said = f"Invalid character in field '{column}': hexadecimal value 0x{ord(character):02X}, is an invalid character."
    return Refusal(400, "0x80040278", said)


def invalid_status(status: int, logical: str, state: str, row_id: str) -> Refusal:
    schema = logical[0].upper() + logical[1:]
    said = f"{status} is not a valid status code for state code {schema}State.{state} on {logical} with Id {row_id}."
    return Refusal(400, "0x80048408", said)


def required_missing(column: str) -> Refusal:
    return Refusal(400, "0x80040200", f"Required field '{column}' is missing.")


def invalid_owner(row_id: str) -> Refusal:
    return Refusal(400, "0x80040229", f"The owner with Id = {row_id} is not valid: it is disabled.")


def privilege_denied(user: str, privilege: str, code: int, logical: str) -> Refusal:
    said = (
        f"Principal user (Id={user}, type=8, roleCount=1, privilegeCount=320, accessMode='4 Non-interactive') "
        f"is missing {privilege} privilege (Id={user}) on OTC={code} for entity '{logical}'."
    )
    return Refusal(403, "0x80040220", said)


def tracking_off(logical: str) -> Refusal:
    return Refusal(400, "0x80072491", f"Change tracking is not enabled for entity '{logical}'.")


def tracking_excludes(option: str) -> Refusal:
    said = f'The "{option}" query parameter isn\'t supported when Change Tracking is enabled.'
    return Refusal(400, "0x80060888", said)


def stamp_expired() -> Refusal:
    said = "Version stamp associated with the client has expired. Please perform a full sync."
    return Refusal(400, "0x80044352", said)


def cannot_delete(logical: str) -> Refusal:
    said = f"The {logical} can't be deleted because it's associated with another record."
    return Refusal(405, "0x80040227", said)


def not_implemented(message: str) -> Refusal:
    return Refusal(501, "0x80060888", f"{message} has not yet been implemented.")
