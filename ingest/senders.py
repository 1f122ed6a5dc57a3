"""One sender, one spelling: the same handset arrives as +85512345678, 85512345678 and 012345678."""

import phonenumbers

NUMBER = "+-.() \u00a00123456789"  # all that a phone number is written with; anything else is a name


def e164(sender: str, region: str) -> str:
    """A phone number as +85512345678 however it was written; any other sender in lower case; "" for nobody.

    `region` ("KH") is where a number without country code is from.
    """
    plain = sender.strip().lower()
    digits = "".join(char for char in plain if char.isdigit())
    if not digits or plain.strip(NUMBER):
        return plain
    # 00 is how most of the world dials out; a region with another prefix would read a wrong country from it
    abroad = _number("+" + digits.removeprefix("00"), None)
    read = [abroad] if digits.startswith("00") else [_number(plain, region), abroad]
    known = [number for number in read if number and phonenumbers.is_possible_number(number)]
    best = next((number for number in known if phonenumbers.is_valid_number(number)), next(iter(known), None))
    return phonenumbers.format_number(best, phonenumbers.PhoneNumberFormat.E164) if best else plain


def _number(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
