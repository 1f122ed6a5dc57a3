"""What passkeys sign (WebAuthn): what a browser asks a new one for, and whether an answer is right."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.people.totp import ISSUER

ODD = (WebAuthnException, ValueError, TypeError, LookupError, RecursionError)  # what is wrong with an answer


@dataclass(frozen=True)
class Site:
    """Where passkeys of a room are good: the name that browsers bind them to, and the pages that may ask."""

    name: str
    origins: list[str]


@dataclass(frozen=True)
class Signed:
    """What a passkey said, as its browser tells it (JSON), to which challenge, on which site."""

    said: str
    challenge: bytes
    site: Site


@dataclass(frozen=True)
class Made:
    """A new passkey: its id and its public key (base64url), and how often it signed."""

    credential: str
    key: str
    count: int


def site_of(origins: Iterable[str]) -> Site:
    """The site of a room with these pages. Browsers bind a passkey to no bare address: there it is `localhost`."""
    hosts = {origin: urlsplit(origin).hostname or "" for origin in sorted(origins)}
    name = next((host for host in hosts.values() if host != "localhost" and not _bare(host)), "localhost")
    return Site(name, [origin for origin, host in hosts.items() if host == name])


def wanted(site: Site, name: str, handle: bytes, challenge: bytes, there: Sequence[str]) -> dict[str, Any]:
    """What a browser asks a new passkey for (JSON), none of those that are there. `handle`: whose it is, in 64 bytes at
    most that say so to us alone. It can be found without its id: a list of an account's ids tells that it exists."""
    asked = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name=ISSUER,
        user_name=name,
        user_id=handle,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(each)) for each in there],
    )
    return options_to_json_dict(asked)


def made(signed: Signed) -> Made | None:
    """The new passkey that answers so; None when the answer is wrong."""
    with suppress(*ODD):
        new = webauthn.verify_registration_response(
            credential=_read(signed.said),
            expected_challenge=signed.challenge,
            expected_rp_id=signed.site.name,
            expected_origin=signed.site.origins,
        )
        return Made(
            bytes_to_base64url(new.credential_id), bytes_to_base64url(new.credential_public_key), new.sign_count
        )
    return None


def credential_of(signed: Signed) -> str:
    """Of which passkey an answer says that it is; "" when it does not."""
    with suppress(*ODD):
        return str(_read(signed.said)["id"])
    return ""


def count_of(signed: Signed, key: str, before: int) -> int | None:
    """How often the passkey of this public key has signed, this time included. None when it did not sign this, or has
    not signed oftener than `before`: then there are two of it. Some count nothing, and say 0 each time."""
    with suppress(*ODD):
        return webauthn.verify_authentication_response(
            credential=_read(signed.said),
            expected_challenge=signed.challenge,
            expected_rp_id=signed.site.name,
            expected_origin=signed.site.origins,
            credential_public_key=base64url_to_bytes(key),
            credential_current_sign_count=before,
        ).new_sign_count
    return None


def _read(said: str) -> dict[str, Any]:
    read = json.loads(said)
    if not isinstance(read, dict):
        raise TypeError("an answer of a passkey has fields")
    return read


def _bare(host: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(host))
    return False
