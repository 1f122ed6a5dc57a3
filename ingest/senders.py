"""One sender, one spelling: the same handset arrives as +85512345678, 85512345678 and 012345678."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata

AROUND = "+-.() /"  # what stands between the digits of a number, in any script; with a letter it is a name


def e164(sender: str, region: str) -> str:
    """A phone number as +85512345678 however it was written; any other sender in lower case; "" for nobody.

    `region` ("KH") is where a number without country code is from.
    """
    if _spelled(region).fullmatch(sender):
        return sender
    plain = sender.strip().lower()
    typed = "".join(char for char in plain if char.isprintable())  # address books add invisible direction marks
    digits = "".join(char for char in typed if char.isdecimal())
    if not digits or any(char not in AROUND and not char.isdecimal() for char in typed):
        return plain
    # 00 is how most of the world dials out; a region with another prefix would read a wrong country from it
    abroad = _number("+" + digits.removeprefix("00"), None)
    read = [abroad] if digits.startswith("00") else [_number(typed, region), abroad]
    known = [number for number in read if number and phonenumbers.is_possible_number(number)]
    best = next((number for number in known if phonenumbers.is_valid_number(number)), next(iter(known), None))
    return phonenumbers.format_number(best, phonenumbers.PhoneNumberFormat.E164) if best else plain


@lru_cache
def _spelled(region: str) -> re.Pattern[str]:
    """What is written as we write it: the region's own numbers of a possible length, with no digit that might be a
    prefix. Nearly all that gateways say is, and reading a number costs more than sealing a report."""
    about = PhoneMetadata.metadata_for_region(region)
    code, digits = (about.country_code, about.general_desc) if about else (None, None)
    if not about or not code or not digits or phonenumbers.region_code_for_country_code(code) != region:
        return re.compile("(?!)")
    lengths = "|".join(rf"[1-9]\d{{{length - 1}}}" for length in digits.possible_length if length > 0)
    prefix = f"(?!{about.national_prefix_for_parsing})" if about.national_prefix_for_parsing else ""
    return re.compile(rf"\+{code}{prefix}({lengths})", re.ASCII)


def number(typed: str, region: str) -> str:
    """A number that can be called, as `e164` writes it; "" when no such number exists."""
    found = e164(typed, region)
    known = _number(found, None) if found.startswith("+") else None
    return found if known and phonenumbers.is_valid_number(known) else ""


def _number(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
