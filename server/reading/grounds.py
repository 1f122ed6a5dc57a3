"""Why a report is restricted: the codes in it, and the words that may mean one."""

from server import grammar
from server.classify import Classifier
from server.pack import Pack

MOST = 6  # codes and words that are told


def grounds(text: str, sub: str, pack: Pack, classifier: Classifier) -> list[str]:
    """Each code and each phrase for which a report with this text and sub-code is restricted; none when only the model
    took it so, or when nobody could read it."""
    parsed = grammar.parse(text, pack.taxonomy, pack.prefixes)
    codes = [*(["SOS"] if parsed.sos else []), *([sub] if sub else []), *parsed.codes, *parsed.checkins]
    heard = classifier.ear.hear(text).found
    words = [each.words for each in heard if each.list == "restricted" or each.code in pack.taxonomy.restricted]
    told = [*(code for code in codes if code in pack.taxonomy.restricted), *words]
    return list(dict.fromkeys(told))[:MOST]
