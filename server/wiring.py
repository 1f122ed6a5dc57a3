"""Which settings each gateway needs: its secret, what it must have besides, and what it needs to send."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Wire:
    """`secret`: the setting with which its calls are checked. `more`: settings that it cannot do without.
    `sending`: those that it needs to send texts by calling out; without them it only receives. `besides`: those that
    it may have. `asks`: what must stand behind its address; the name of a setting there stands for its value."""

    secret: str
    more: tuple[str, ...] = ()
    sending: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    asks: str = ""


WIRES = {
    "smsgate": Wire("SMSGATE_SIGNING_KEY", sending=("SMSGATE_URL", "SMSGATE_USER", "SMSGATE_PASSWORD")),
    "kannel": Wire(
        "KANNEL_SECRET",
        sending=("KANNEL_URL", "KANNEL_USER", "KANNEL_PASSWORD", "KANNEL_FROM"),
        asks="from=%p&to=%P&text=%a&id=%I&smsc=%i&ts=%T&coding=%c&charset=%C&udh=%u&k=KANNEL_SECRET",
    ),
    "gammu": Wire("GAMMU_SECRET"),
    "smssync": Wire("SMSSYNC_SECRET"),
    "envayasms": Wire("ENVAYASMS_PASSWORD"),
    "twilio": Wire("TWILIO_AUTH_TOKEN", sending=("TWILIO_URL", "TWILIO_ACCOUNT", "TWILIO_FROM")),
    "telegram": Wire("TELEGRAM_SECRET", sending=("TELEGRAM_BOT_TOKEN",), besides=("TELEGRAM_FETCH", "TELEGRAM_API")),
    "whatsapp": Wire("WHATSAPP_APP_SECRET", more=("WHATSAPP_VERIFY_TOKEN",)),
    "vonage": Wire("VONAGE_SIGNATURE_SECRET"),
    "africastalking": Wire("AFRICASTALKING_SECRET", asks="k=AFRICASTALKING_SECRET"),
    "plivo": Wire("PLIVO_AUTH_TOKEN", more=("PLIVO_PATH_SECRET",), asks="k=PLIVO_PATH_SECRET"),
    "infobip": Wire("INFOBIP_SECRET", asks="k=INFOBIP_SECRET"),
    "telnyx": Wire("TELNYX_PUBLIC_KEY"),
    "sinch": Wire("SINCH_SECRET"),
    "messagebird": Wire("MESSAGEBIRD_SIGNING_KEY"),
    "rapidpro": Wire("RAPIDPRO_SECRET", asks="k=RAPIDPRO_SECRET"),
    "email": Wire("EMAIL_SECRET", more=("EMAIL_HOST", "EMAIL_USER", "EMAIL_PASSWORD")),
    "desk": Wire("DESK_SECRET"),
    "generic": Wire("GENERIC_SECRET"),
}  # gateway -> its settings, in the order in which we would set them up in a country without big aggregators
OPEN = ("smsgate", "kannel", "twilio", "generic", "desk")  # when GATEWAYS does not say
CALLED = ("smsgate", "kannel", "twilio")  # gateways that send a text when we call them
FETCHED = ("smssync", "envayasms", "gammu")  # gateways whose phone comes to our door for the texts that wait
GENERIC = {
    "from": "from",  # the field that holds the sender's number
    "text": "text",  # the field that holds the words
    "to": "to",  # the field that holds the number it was sent to
    "id": "id",  # the field that holds the gateway's own message id
    "time": "time",  # the field that holds when it was sent, ISO 8601 or Unix seconds
    "key_in": "header:X-Secret",  # where the secret stands: header:NAME, query:NAME, or basic (the password)
    "answer": "OK",  # the body of our 200
}  # the generic gateway when nothing is configured


def generic(text: str, faults: list[str]) -> dict[str, str]:
    """What the generic gateway's messages call each thing: `text` is JSON, GENERIC where it says nothing. What is wrong
    with it is added to `faults`."""
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        faults.append("GENERIC_FIELDS is not a JSON object of texts.")
        return dict(GENERIC)
    if unknown := set(given) - set(GENERIC):
        faults.append(f"GENERIC_FIELDS names {', '.join(sorted(unknown))}; known are {', '.join(GENERIC)}.")
    fields = {**GENERIC, **given}
    if fields["key_in"] != "basic" and not fields["key_in"].startswith(("header:", "query:")):
        faults.append("GENERIC_FIELDS: key_in must be header:NAME, query:NAME or basic.")
    return fields
