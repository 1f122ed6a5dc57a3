"""What statements begin with: every pack's templates can be read, and a bad one says all that is wrong with it."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from server import pack as packs
from server.pack import Pack
from server.press import tokens
from server.press.templates import KINDS, Template, Templates, problems

NAMES = sorted(path.name for path in packs.PACKS.iterdir() if (path / "statements.json").exists())


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_has_every_kind_of_statement_in_every_language(name: str, pack: Pack) -> None:
    found = pack if name == pack.name else packs.load(name)
    assert set(found.statements.kinds) == set(KINDS)
    assert problems(found.statements, found.languages) == []
    for template in found.statements.kinds.values():
        for language in found.languages:
            words = template.title[language].casefold()
            assert {"en": "preliminary", "km": "បឋម"}[language] in words
            assert template.body[language].index("{{asof}}" if "{{asof}}" in template.body[language] else "#") < 200


BAD = Template(
    {"en": "Bad"}, {"en": "Bad", "km": "អាក្រក់"}, {"en": "{{count sub=OE}}", "km": "{{reports}}"}, {"en": "x"}
)


def test_a_bad_template_is_told_by_its_name_and_what_is_wrong(pack: Pack) -> None:
    kinds = {**pack.statements.kinds, "flash": BAD, "poem": BAD}
    boxed = {"en": "{{count category=IN}}", "km": "{{count category=IN}}"}
    bad = replace(
        pack.statements, kinds=MappingProxyType({k: v for k, v in kinds.items() if k != "closing"}), method=boxed
    )
    found = "\n".join(problems(bad, pack.languages))
    for fault in (
        "closing is missing",
        "poem is none of flash",
        "flash name is missing in km",
        "flash next is missing in km",
        "flash body in en has a figure that cannot be read (hidden: OE)",
        "flash body does not have the same figures in every language",
        "method has count category=IN status=verified, which not every statement has",
    ):
        assert fault in found


def test_a_pack_without_templates_still_knows_what_can_be_asked(pack: Pack) -> None:
    empty = Templates({}, {}, {}, tokens.terms(pack.taxonomy, pack.places.values(), pack.schedule.checkins, ()))
    assert str(tokens.parse("count category=in", empty.terms)) == "count category=IN status=verified"
