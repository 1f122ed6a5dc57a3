"""What a program finds in a statement: for each rule a text in which it finds it, and a near one in which not."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.country.wording import FILE
from server.pack import PACKS, Pack, PackError, load
from server.press import checks, tokens
from server.press.checks.checked import check
from server.press.checks.finding import WORDS, Around, Finding, Known
from server.press.checks.page import read
from server.press.checks.speech import KNOWN
from server.press.document import LANGUAGES, Draft, Figure, Item, Text

HERE = Path(checks.__file__).parent
CLAIMED = "PP0417"  # a station where something was said to have happened that did not
PEOPLED = frozenset({"08", "12", "0801", "KD0001"})
FIGURES = [
    Figure("count status=verified", 7, "incidents", 412, "stations_heard", "verified", incidents=("a", "b")),
    Figure("count status=corroborated", 3, "incidents", 412, "stations_heard", "corroborated"),
    Figure("count status=unverified", 9, "incidents", 412, "stations_heard", "unverified"),
    Figure("count status=unconfirmed", 2, "incidents", 412, "stations_heard", "unconfirmed"),
    Figure("count status=false", 2, "incidents", 412, "stations_heard", "false"),
    Figure("share category=BX status=verified of=stations-heard", 31, "stations", 412, "stations_heard", "verified"),
    Figure("share category=PR status=verified of=stations-heard", 5, "stations", 20, "stations_heard", "verified"),
    Figure("stations heard", 412, "stations", 500, "stations_expected", "heard"),
    Figure(
        "list status=verified top=3 by=province",
        *(9, "incidents", 412, "stations_heard", "verified"),
        items=(Item("08", 4), Item("12", 3), Item("02", 2)),
    ),
]


@pytest.fixture(scope="module")
def around(pack: Pack) -> Around:
    """The country, and a record with a little of everything."""
    spelling = pack.spelling
    beside: dict[str, tuple[str, ...]] = {}
    for level in ("province", "district", "commune"):
        beside[level] = tuple(
            word for when in ("before", "after") for word, of in spelling[when].items() if of == level
        )
    return Around(
        pack.wording,
        pack.statements.terms,
        peopled=PEOPLED,
        places={code: {each: (name,) for each, name in one.name.items()} for code, one in pack.places.items()},
        levels={code: one.level for code, one in pack.places.items()},
        beside=beside,
        ordinary=tuple(word for words in spelling["ordinary"] for word in words.split()),
        person=lambda words: words.replace(" ", "").casefold() in ("sokdara", "សុខដារ៉ា", "m4kq7md"),
        prefixes=frozenset(pack.prefixes),
        alleged={"CPP": 2, "CNRP": 2},
        hidden={code: pack.taxonomy.subs[code].name for code in pack.taxonomy.restricted if code in pack.taxonomy.subs},
        known=(
            Known("false", CLAIMED, "08", {"en": ("Late opening",), "km": ("បើកយឺត",)}),
            Known("unverified", "", "12", {"en": ("Did not open",), "km": ("មិនបានបើក",)}),
        ),
    )


def draft(texts: dict[str, str], figures: Any = FIGURES, title: str = "Title") -> Draft:
    """A draft with these bodies."""
    return Draft("s", "flash", {each: Text(title, body) for each, body in texts.items()}, {f.token: f for f in figures})


def rules(around: Around, language: str, body: str) -> list[str]:
    """Which rules find something in a text of one language."""
    return [finding.rule for finding in check(draft({language: body}), around)]


# rule, level, what it is found in and what not, in English and in Khmer
CASES: list[tuple[str, str, tuple[str, str], tuple[str, str]]] = [
    (
        *("number.unit", "must"),
        ("Our monitors observed it 47 and left.", "The rules of 2017 are in article 47; polls opened at 07:00."),
        ("អ្នកសង្កេតការណ៍របស់យើងបានសង្កេតឃើញ ៤៧។", "ច្បាប់ឆ្នាំ២០១៧ មាត្រា ៤៧ ចែងថា បើកនៅម៉ោង ៧:០០ ថ្ងៃទី៤ ខែមិថុនា។"),
    ),
    (
        *("number.denominator", "must"),
        ("Our monitors observed this at 47 stations.", "Our monitors observed this at 47 of 412 stations."),
        ("អ្នកសង្កេតការណ៍របស់យើងបានសង្កេតឃើញនៅការិយាល័យ ៤៧។", "យើងបានសង្កេតឃើញនៅការិយាល័យ ៤៧ ក្នុងចំណោម ៤១២។"),
    ),
    (
        *("number.denominator", "must"),
        ("Our monitors observed this at three stations.", "We have three independent opinions."),
        ("យើងបានសង្កេតឃើញនៅការិយាល័យបី។", "យើងបានទទួលពីរបាយការណ៍ផ្សេងៗ។"),
    ),
    (
        *("number.basis", "must"),
        ("Things went wrong at 47 of 412 stations.", "We observed that things went wrong at 47 of 412 stations."),
        ("មានបញ្ហានៅការិយាល័យ ៤៧ ក្នុងចំណោម ៤១២។", "យើងបានសង្កេតឃើញបញ្ហានៅការិយាល័យ ៤៧ ក្នុងចំណោម ៤១២។"),
    ),
    (
        *("number.typed", "must"),
        ("We observed this at 47 of 412 stations.", "We observed this at {{share category=BX}} for 15 minutes."),
        ("យើងបានសង្កេតឃើញនៅការិយាល័យ ៤៧ ក្នុងចំណោម ៤១២។", "យើងបានសង្កេតឃើញនៅ{{share category=BX}} អស់ ១៥ នាទី។"),
    ),
    (
        *("number.other", "should"),
        ("We are 40 organisations.", "1. We are an alliance.\n2. On the 2nd day KD0001 opened."),
        ("យើងជាអង្គការ ៤០។", "១. យើងជាសម្ព័ន្ធ។\n២. លើកទី ២។"),
    ),
    (
        *("number.words", "must"),
        ("**Half** of the stations opened late.", "Half an hour later a third person came, twice on foot to stations."),
        ("ពាក់កណ្តាលនៃការិយាល័យបើកយឺត។", "វានឹងបិទនៅពាក់កណ្តាលថ្ងៃ ហើយការិយាល័យបើក។"),
    ),
    (
        *("number.words", "must"),
        ("Fifty percent of those who came were turned away.", "Some of those who came were turned away."),
        ("ប្រាំសិបភាគរយបានទៅវិញ។", "អ្នកខ្លះបានទៅវិញ។"),
    ),
    (
        *("number.all", "must"),
        ("Every single station opened late.", "Not all stations opened, nor do we know of all {{stations heard}}."),
        ("ការិយាល័យទាំងអស់បើកយឺត។", "មិនមែនអំពី{{stations heard}}ទាំងអស់ឡើយ។"),
    ),
    (
        *("number.all", "should"),
        ("Every incident was grave.", "Every voter and all parties came to the stations."),
        ("ហេតុការណ៍ទាំងអស់ធ្ងន់ធ្ងរ។", "អ្នកបោះឆ្នោតទាំងអស់បានមក។"),
    ),
    (
        *("number.joined", "must"),
        ("We verified in phase 1{{count}}.", "We verified in phase 1: {{count}} (2 of them: {{count status=false}})."),
        ("ដំណាក់កាលទី១{{count}}។", "ដំណាក់កាលទី១ {{count}}។"),
    ),
    (
        *("number.joined", "must"),
        ("As of {{asof}}{{count}}.", "As of {{asof}}. {{count}}, -- {{count}}."),
        ("គិតត្រឹម{{asof}}.៥។", "គិតត្រឹម{{asof}}៖ {{count}}។"),
    ),
    (
        *("letters.mixed", "must"),
        ("The count was a fr\u0430ud.", "The café of Ọ̀ṣun has 12 m²."),
        ("យើងបានឮ OB\u0421។", "យើងបានឮ OBC។"),
    ),
    (
        *("letters.other", "should"),
        ("It said \u0438\u043b\u0438.", "It said ili — №\u00a05 ②."),
        ("បានសរសេរ 中文។", "បានសរសេរថាអត់ទេ។"),
    ),
    (
        *("percent.denominator", "must"),
        ("Queues were long, 12%.", "Queues were long in {{share category=BX}} (8%)."),
        ("ជួរវែង ១២ភាគរយ។", "ជួរវែងនៅ{{share category=BX}} (៨%)។"),
    ),
    (
        *("percent.few", "must"),
        ("We observed it at 5 of 20 stations (25%).", "We observed it at 10 of 40 stations (25%)."),
        ("យើងបានសង្កេតឃើញនៅការិយាល័យ ៥ ក្នុងចំណោម ២០ (២៥%)។", "យើងបានសង្កេតឃើញនៅការិយាល័យ ១០ ក្នុងចំណោម ៤០ (២៥%)។"),
    ),
    (
        *("percent.few", "must"),
        ("Our monitors observed it at {{share category=PR}} (25%).", "It was observed at {{share category=BX}} (8%)."),
        ("យើងបានសង្កេតឃើញនៅ{{share category=PR}} (២៥ភាគរយ)។", "យើងបានសង្កេតឃើញនៅ{{share category=BX}} (៨ភាគរយ)។"),
    ),
    (
        *("percent.wrong", "must"),
        ("We observed it at 31 of 412 stations (18%).", "We observed it at 31 of 412 stations (7.5%)."),
        ("យើងបានសង្កេតឃើញនៅការិយាល័យ ៣១ ក្នុងចំណោម ៤១២ (១៨%)។", "យើងបានសង្កេតឃើញនៅការិយាល័យ ៣១ ក្នុងចំណោម ៤១២ (៧,៥%)។"),
    ),
    (
        *("percent.sample", "must"),
        ("8% of all stations opened late.", "8% of the 412 stations heard from opened late."),
        ("៨% នៃការិយាល័យបោះឆ្នោតបើកយឺត។", "៨% នៃការិយាល័យដែលយើងបានទទួលព័ត៌មានបើកយឺត។"),
    ),
    (
        *("fixed.wrong", "must"),
        ("Most stations opened late: {{share category=BX}}.", "Some stations opened late: {{share category=BX}}."),
        ("ការិយាល័យភាគច្រើនបើកយឺត៖ {{share category=BX}}។", "ការិយាល័យមួយចំនួនបើកយឺត៖ {{share category=BX}}។"),
    ),
    (
        *("fixed.wrong", "must"),
        ("We observed many stations open late (4 of 412).", "We observed a few stations open late (4 of 412)."),
        ("ការិយាល័យជាច្រើន (៤ ក្នុងចំណោម ៤១២)។", "ការិយាល័យបន្តិចបន្តួច (៤ ក្នុងចំណោម ៤១២)។"),
    ),
    (
        *("fixed.bare", "must"),
        ("Nearly all stations opened on time.", "Nearly all were calm, most welcome to us, and no party complained."),
        ("ការិយាល័យស្ទើរតែទាំងអស់បានបើកទាន់ម៉ោង។", "ប្រជាជនភាគច្រើនសប្បាយរីករាយ។"),
    ),
    (
        *("fixed.whole", "should"),
        ("We received many reports: 60 reports.", "We received a few reports: 3 reports."),
        ("យើងបានទទួលរបាយការណ៍ជាច្រើន៖ ៦០។", "យើងបានទទួលរបាយការណ៍បន្តិចបន្តួច៖ ៣។"),
    ),
    (
        *("blocked.word", "must"),
        ("There was **Fraud** in the count.", "We saw no defrauded person, and the count went on."),
        ("មានការក្លែង បន្លំ\u200bក្នុងការរាប់។", "ការរាប់បានបន្តដោយរលូន។"),
    ),
    (
        *("blocked.word", "must"),
        ("The day was free and\nfair.", "We are a Committee for Free and Fair Elections."),
        ("ការបោះឆ្នោតបានប្រព្រឹត្តទៅដោយសេរី និងយុត្តិធម៌។", "គណៈកម្មាធិការដើម្បីការបោះឆ្នោតដោយសេរី និងយុត្តិធម៌។"),
    ),
    (
        *("blocked.word", "must"),
        ("It was neither free nor credibly fair.", "Voters were free to go, and the queue was fair."),
        ("ការបោះឆ្នោតសេរី និងពិតជាយុត្តិធម៌។", "អ្នកបោះឆ្នោតមានសេរីភាពក្នុងការមក។"),
    ),
    (
        *("blocked.provinces", "must"),
        ("We verified widespread delays.", "We verified widespread delays: {{list by=province}}."),
        ("យើងបានផ្ទៀងផ្ទាត់ការយឺតយ៉ាវទូទាំងប្រទេស។", "យើងបានផ្ទៀងផ្ទាត់ការយឺតយ៉ាវទូទាំងប្រទេស៖ {{list by=province}}។"),
    ),
    (
        *("blocked.source", "must"),
        ("Money was allegedly paid.", "Voters alleged that money was paid."),
        ("គេថាមានការឱ្យលុយ។", "អ្នកបោះឆ្នោតគេថាមានការឱ្យលុយ។"),
    ),
    (
        *("blocked.label", "must"),
        ("It was in a CPP-controlled area.", "The CPP sent its agents."),
        ("វាស្ថិតក្នុងឃុំគ្រប់គ្រងដោយគណបក្សប្រជាជន។", "គណបក្សប្រជាជនបានចាត់ភ្នាក់ងារ។"),
    ),
    (
        *("restricted.code", "must"),
        ("We have an OD case.", "We have an OB case, and the od was heard."),
        ("មានករណី OD មួយ។", "មានករណី OB មួយ។"),
    ),
    (
        *("restricted.words", "must"),
        ("We heard of an observer detained in a school.", "We heard of an observer who was welcomed in a school."),
        ("យើងបានឮថា មានការឃាត់ខ្លួនអ្នកសង្កេតការណ៍។", "យើងបានឮថា មានការស្វាគមន៍អ្នកសង្កេតការណ៍។"),
    ),
    (
        *("status.unverified", "must"),
        ("We received {{count status=unverified}}.", "We received {{count status=unverified}}, not yet verified."),
        ("យើងបានទទួល{{count status=unverified}}។", "យើងបានទទួល{{count status=unverified}} ដែលយើងមិនទាន់បានផ្ទៀងផ្ទាត់។"),
    ),
    (
        *("status.fact_unverified", "must"),
        ("Our monitors observed {{count status=unverified}}.", "Our monitors observed {{count status=verified}}."),
        ("យើងបានសង្កេតឃើញ{{count status=unverified}}។", "យើងបានសង្កេតឃើញ{{count status=verified}}។"),
    ),
    (
        *("status.fact_corroborated", "must"),
        (
            "Our monitors saw {{count status=corroborated}}.",
            "We received consistent reports of {{count status=corroborated}}.",
        ),
        ("យើងបានឃើញ{{count status=corroborated}}។", "យើងបានទទួលរបាយការណ៍ស៊ីសង្វាក់គ្នាអំពី{{count status=corroborated}}។"),
    ),
    (
        *("status.corroborated", "should"),
        ("There were {{count status=corroborated}}.", "Two independent sources told of {{count status=corroborated}}."),
        ("មាន{{count status=corroborated}}។", "ប្រភពឯករាជ្យពីរបានប្រាប់អំពី{{count status=corroborated}}។"),
    ),
    (
        *("status.unconfirmed", "must"),
        ("There were {{count status=unconfirmed}}.", "We could not confirm {{count status=unconfirmed}}."),
        ("មាន{{count status=unconfirmed}}។", "យើងមិនអាចបញ្ជាក់បាន{{count status=unconfirmed}}។"),
    ),
    (
        *("status.false", "must"),
        ("There were {{count status=false}}.", "We checked {{count status=false}} that did not happen."),
        ("មាន{{count status=false}}។", "យើងបានពិនិត្យ{{count status=false}} ដែលមិនពិត។"),
    ),
    (
        *("status.doubted", "must"),
        ("{{count status=verified}} are unconfirmed.", "We verified {{count status=verified}}."),
        ("{{count status=verified}} មិនត្រូវបានបញ្ជាក់។", "យើងបានផ្ទៀងផ្ទាត់{{count status=verified}}។"),
    ),
    (
        *("status.repeated", "should"),
        ("In Kandal there was late opening.", "That there was late opening in Kandal was checked and false."),
        ("នៅខេត្តកណ្តាលមានការបើកយឺត។", "ការបើកយឺតនៅខេត្តកណ្តាល មិនពិត។"),
    ),
    (
        *("status.repeated", "must"),
        (f"{CLAIMED} was closed.", "PP0418 was closed."),
        (f"{CLAIMED} បានបិទ។", "PP0418 បានបិទ។"),
    ),
    (
        *("status.as_fact", "should"),
        ("We verified in Phnom Penh: did not open.", "Did not open, in Phnom Penh: not verified."),
        ("យើងបានផ្ទៀងផ្ទាត់នៅភ្នំពេញថាមិនបានបើក។", "នៅភ្នំពេញ មិនបានបើក៖ មិនទាន់បានផ្ទៀងផ្ទាត់។"),
    ),
    (
        *("source.phone", "must"),
        ("Call 012 345 678.", "From 07:00 to 15:00 on 04/06/2017, of 7,865,033 and 22,148."),
        ("ទូរស័ព្ទ ០១២ ៣៤៥ ៦៧៨។", "ថ្ងៃទី ០៤/០៦/២០១៧ ម៉ោង ០៧:០០-១៥:០០។"),
    ),
    (
        *("source.call_sign", "must"),
        ("We thank M-4KQ-7MD.", "We thank m-learning and S-21."),
        ("យើងអរគុណ S-4KQ-7MD។", "យើងអរគុណ S-21។"),
    ),
    (
        *("source.monitor", "must"),
        ("We thank Sok Dara for it.", "We thank Sok San for it."),
        ("យើងអរគុណ សុខ ដារ៉ា ចំពោះរឿងនេះ។", "យើងអរគុណ សុខ សាន ចំពោះរឿងនេះ។"),
    ),
    (
        *("source.station", "must"),
        ("At KD0123 the box was open.", "At KD0001 the box was open, form XY0123."),
        ("នៅ KD០១២៣ ហិបបានបើក។", "នៅ KD០០០១ ហិបបានបើក។"),
    ),
    (
        *("source.place", "must"),
        ("Voters in Kep were threatened.", "Voters in Kandal were threatened, and kept calm."),
        ("ទាហានបានគំរាមអ្នកបោះឆ្នោតនៅខេត្តកែប។", "ទាហានបានគំរាមអ្នកបោះឆ្នោតនៅខេត្តកណ្តាល។"),
    ),
    (
        *("source.place", "must"),
        ("Soldiers came to Kien Svay district.", "Soldiers came to some district of Kandal."),
        ("ទាហានបានមកស្រុកកៀនស្វាយ។", "ទាហានបានមកស្រុកមួយ។"),
    ),
    (
        *("source.place", "should"),
        ("Armed men came to a school in Svay Pak.", "Armed men came to a school in svay pak, by Loc Pak."),
        ("# អនុសាសន៍\n\nសូមបើកផ្លូវនៅខេត្តកែប។", "សូមបើកផ្លូវនៅខេត្តកណ្តាល។"),
    ),
    (
        *("source.person", "must"),
        ("It was Mr. Heng who said so.", "Mr President, the Situation Room thanks you, Sir."),
        ("លោកហេងបាននិយាយ។", "លោកប្រធានគណៈកម្មការ និងពិភពលោក នៅខែកញ្ញា។"),
    ),
    (*("source.village", "must"), ("Money was paid in Prey village.", "Money was paid in a village."), ("", "")),
    (*("source.village", "should"), ("", ""), ("នៅភូមិព្រៃមានការឱ្យលុយ។", "មេភូមិនៅតាមភូមិនានា។")),
    (
        *("parties.more", "should"),
        ("CNRP came. CNRP spoke. CNRP left. CNRP again.", "CNRP came. CPP spoke. CNRP left. CPP again."),
        ("គណបក្សសង្គ្រោះជាតិ។ " * 4, "គណបក្សសង្គ្រោះជាតិ។ គណបក្សប្រជាជន។ " * 2),
    ),
]


@pytest.mark.parametrize(
    ("rule", "level", "english", "khmer"), CASES, ids=lambda each: each if isinstance(each, str) else ""
)
def test_each_rule_finds_what_it_is_for_and_not_what_is_nearly_like_it(
    around: Around, rule: str, level: str, english: tuple[str, str], khmer: tuple[str, str]
) -> None:
    for language, (wrong, right) in (("en", english), ("km", khmer)):
        found = [finding for finding in check(draft({language: wrong}), around) if finding.rule == rule]
        assert bool(found) == bool(wrong), (language, rules(around, language, wrong))
        assert {finding.level for finding in found} <= {level}
        assert rule not in rules(around, language, right), language
        for finding in found:
            start, end = finding.where
            assert 0 <= start < end <= len(wrong)
            for said in (finding.sentence, finding.fix):
                assert set(said) == set(LANGUAGES)
                assert all(said[each] and "{}" not in said[each] for each in LANGUAGES)


SAME = [  # what says the same as one of CASES in another way
    *("Two thirds of all stations", "hundreds of grave incidents", "dozens of reports", "a majority of citizens"),
    *("half of {{stations heard}}", "twice as many stations", "a hundred percent", "half the monitors"),
    *("twelve incidents", "twenty-five stations", "at fifty stations", "one hundred stations", "two or three stations"),
    *("½ of the stations", "② incidents", "٣٤ incidents", "𝟏𝟐 incidents", "１２ incidents", "³¹ incidents"),
    *("all our stations", "in all provinces", "everywhere", "each province", "310 of 412 stations, we verified"),
    *("free, and fair", "free & fair", "fair and free", "freely and fairly", "not credible"),
    *("frau\u034fd", "fra\u0336ud", "ﬁve stations", "ⓕraud", "rigged²", "𝐟𝐫𝐚𝐮𝐝", "-{{count}} of it"),
    *("ការិយាល័យបោះឆ្នោតចំនួនរាប់រយ", "គ្រប់ខេត្ត", "ការិយាល័យពីររយ", "ការិយាល័យម្ភៃប្រាំ", "ហេតុការណ៍រាប់សិប"),
    *("យុត្តិធម៌ និងសេរី", "ពីរភាគបីនៃការិយាល័យ", "ការិយាល័យនីមួយៗ"),
]


@pytest.mark.parametrize("said", SAME)
def test_an_amount_or_a_verdict_is_found_however_it_is_written(around: Around, said: str) -> None:
    language = "km" if "\u1780" <= said[0] <= "\u17ff" else "en"
    assert [one.rule for one in check(draft({language: said}), around) if one.level == "must" or "citizens" in said]


def test_incidents_are_no_part_of_the_stations_that_were_heard_from(around: Around) -> None:
    many = Figure("count status=verified", 400, "incidents", 412, "stations_heard", "verified")
    found = check(draft({"en": "Nearly all incidents were grave: we verified {{count}}."}, [many]), around)
    assert [(one.rule, one.level) for one in found] == [("fixed.whole", "should")]


def test_a_typed_number_may_stand_beside_a_figure_that_says_the_same(around: Around) -> None:
    body = "We observed it at 31 of 412 stations: {{share category=BX}}."
    for said, level in ((body, "should"), (body.replace("31", "310"), "must"), (body.replace("412", "411"), "must")):
        assert [one.level for one in check(draft({"en": said}), around)] == [level], said
    assert check(draft({"en": body}, []), around)[0].level == "should"  # to be judged once it is frozen


def test_what_is_asked_for_may_name_places_and_speak_of_all_as_long_as_it_tells_nothing(around: Around) -> None:
    asks = "Keep the road to Kep open.\n\nAll stations must open at 07:00."
    for heading, level in (("## Recommendations", "should"), ("## Findings", "must")):
        found = check(draft({"en": f"{heading}\n\n{asks}"}), around)
        assert [(one.rule, one.level) for one in found] == [("source.place", level), ("number.all", level)]
    for told in ("We verified threats in Kep.", "A monitor was in Kep.", "Kep: {{count}}.", "Kep: 3 threats."):
        found = check(draft({"en": f"## Recommendations\n\n{told}"}), around)
        assert "must" in {one.level for one in found if one.rule == "source.place"}, told
    titled = check(draft({"en": "Calm."}, title="Threats in Kep"), around)
    assert [(one.rule, one.level, one.part) for one in titled] == [("source.place", "must", "title")]


LIKE = [  # Khmer and English that say the same, and how to make them differ
    ("យើងបានទទួលព័ត៌មានពី{{stations heard}}។", "We heard from {{stations heard}}.", "{{stations heard}}", "{{reports}}"),
    ("ប្រភពពីរ ថ្ងៃទី៤ ខែមិថុនា ២០១៧ ម៉ោង ៧:០០", "Two sources, 4 June 2017, 7:00", "Two", "Three"),
    ("ហិប ៧.៨៦៥.០៣៣ និង ៣,៥%", "Boxes 7,865,033 and 3.5%", "7,865,033", "7,865,034"),
    ("១២ ហើយ ៣៤\n\nប្រាំពីរ និង ដប់", "34 and 12\n\nten and 7", "34 and 12", "34 and 12 and 12"),
    ("ឃុំ ៥\n\nឃុំ ៦", "5 communes\n\n6 communes", "5 communes\n\n6 communes", "6 communes\n\n5 communes"),
]


@pytest.mark.parametrize(("khmer", "english", "old", "new"), LIKE)
def test_both_languages_have_the_same_figures_and_numbers_in_each_paragraph(
    around: Around, khmer: str, english: str, old: str, new: str
) -> None:
    figures = [*FIGURES, Figure("reports", 900, "reports", basis="received")]

    def differences(body: str) -> list[Finding]:
        return [one for one in check(draft({"km": khmer, "en": body}, figures), around) if one.rule.startswith("alike")]

    assert differences(english) == []
    found = differences(english.replace(old, new))
    assert {one.level for one in found} == {"must"}
    for one in found:  # each points at what is odd, as it was written
        body = khmer if one.language == "km" else english.replace(old, new)
        assert body[slice(*one.where)] in body
        assert body[one.where[0]] in "{០១២៣៤៥៦៧៨៩0123456789tTបពដ"


def test_paragraphs_that_one_language_does_not_have_are_told_once(around: Around) -> None:
    found = check(draft({"km": "ឃុំ ៥។\n\nឃុំ ៦។\n\nចប់។", "en": "5 communes.\n\n6 communes."}), around)
    assert [(one.rule, one.level) for one in found if one.rule.startswith("alike")] == [("alike.blocks", "should")]


@pytest.mark.parametrize("name", ["kh-2017", "ng-2011"])
@pytest.mark.parametrize("value", [0, 1, 17, 412])
def test_no_template_has_anything_that_must_be_put_right(name: str, value: int) -> None:
    pack = load(name)
    terms = pack.statements.terms
    for kind, template in pack.statements.kinds.items():
        texts = {each: Text(template.title[each], template.body[each]) for each in template.body}
        read_in = {token for text in texts.values() for token in tokens.read(text.body, terms)[0]}
        figures = [_figure(tokens.parse(token, terms), value) for token in read_in]
        found = check(Draft("s", kind, texts, {one.token: one for one in figures}), Around(pack.wording, terms))
        assert [(one.rule, one.language, one.where) for one in found] == []


def _figure(token: tokens.Token, value: int) -> Figure:
    basis = token.get("status") or "heard"
    if token.name in ("count", "list"):
        return Figure(str(token), value, "incidents", 412, "stations_heard", basis, (Item("BX", value),))
    return Figure(str(token), value, "moment" if token.name == "asof" else "stations", 412, "stations_heard", basis)


def test_an_incident_that_is_no_longer_verified_is_found_in_every_figure_that_counts_it(around: Around) -> None:
    body = "We verified {{count status=verified}}."
    now = {"a": "verified", "b": "verified"}
    assert rules(replace(around, statuses=now), "en", body) == []
    found = check(draft({"en": body}), replace(around, statuses={**now, "b": "unconfirmed"}))
    assert [(one.rule, one.level, body[slice(*one.where)]) for one in found] == [
        ("status.cited", "must", "{{count status=verified}}")
    ]


def test_what_is_proposed_can_be_put_in_its_place(around: Around) -> None:
    for body, fixed in (
        (
            "**Most** stations opened late: {{share category=BX}}.",
            "**some** stations opened late: {{share category=BX}}.",
        ),
        ("We observed it at 31 of 412 stations (18%).", "We observed it at 31 of 412 stations (8%)."),
    ):
        first = next(one for one in check(draft({"en": body}), around) if one.fix_text is not None)
        start, end = first.where
        mended = body[:start] + first.fix_text + body[end:]
        assert mended == fixed
        assert first.rule not in rules(around, "en", mended)


def test_numbers_that_are_not_frozen_yet_are_not_judged_and_what_is_said_of_them_is(around: Around) -> None:
    body = "Most stations were late: {{share sub=PA}} (8%), and it is widespread. We saw {{count status=unverified}}."
    assert [one.rule for one in check(draft({"en": body}, []), around)] == ["status.fact_unverified"]


def test_a_title_is_looked_at_like_a_body(around: Around) -> None:
    found = check(draft({"en": "Calm."}, title="A stolen day"), around)
    assert [(one.part, one.where, one.rule) for one in found] == [("title", (2, 8), "blocked.word")]


def test_a_finding_keeps_its_id_as_long_as_text_and_figures_stand(around: Around) -> None:
    both = draft({"en": "A regime, a regime, 47.", "km": "របបផ្តាច់ការ ៤៧។"})
    first, second = check(both, around), check(both, around)
    assert [one.id for one in first] == [one.id for one in second]
    assert len({one.id for one in first}) == len(first) > 3
    assert not any(" " in one.id for one in first)


def test_where_stations_were_drawn_at_random_a_share_of_all_may_be_said(around: Around) -> None:
    body = "8% of all 412 stations opened late."
    assert "percent.sample" in rules(around, "en", body)
    drawn = replace(around, wording=replace(around.wording, random=True))
    assert "percent.sample" not in rules(drawn, "en", body)


def test_the_words_of_the_checks_are_there_in_both_languages() -> None:
    assert set(WORDS["km"]) == set(WORDS["en"])
    assert set(KNOWN["km"]) == set(KNOWN["en"])
    for key in WORDS["en"]:
        for field in ("{text}", "{n}", "{right}", "{say}", "{other}", "{party}"):
            assert (field in WORDS["en"][key]) == (field in WORDS["km"][key]), key


def test_a_pack_whose_wording_is_wrong_names_what_is(tmp_path: Path, pack: Pack) -> None:
    folder = tmp_path / "kh-2017"
    folder.mkdir()
    for path in (PACKS / "kh-2017").iterdir():
        (folder / path.name).symlink_to(path)
    (tmp_path / "english").symlink_to(PACKS / "english")
    wording = json.loads((PACKS / "kh-2017" / FILE).read_text())
    wording["blocked"]["crime"]["level"] = "perhaps"
    wording["verbs"]["false"]["km"] = []
    wording["fixed"]["dozens"] = wording["fixed"].pop("many")
    wording["sources"]["en"].append("x")
    (folder / FILE).unlink()
    (folder / FILE).write_text(json.dumps(wording))
    with pytest.raises(PackError) as error:
        load("kh-2017", tmp_path)
    told = str(error.value)
    for fault in (
        *("crime has the level perhaps", "no words for verbs false in km", "no words for fixed many in en"),
        *("dozens is none of", "a word of sources in en is too short"),
    ):
        assert any(line.strip().startswith(f"{FILE}: ") and fault in line for line in told.splitlines()), fault


PIECES = st.sampled_from(
    [
        *(
            "Mr. ",
            "M-",
            "4KQ-",
            "012 ",
            "+",
            "12 of ",
            "412 ",
            "%",
            "{{",
            "}}",
            "[",
            "]",
            "(",
            "* ",
            "\n",
            "\n\n",
            "# ",
        ),
        *(
            "{{stations heard}}",
            "{{count status=unverified}}",
            "{{count",
            "most of the ",
            "stations ",
            "no ",
            "CPP",
            "-",
        ),
        *("ពីរ", "ការិយាល័យ", "ក្នុងចំណោម", "១២", "ភាគរយ", "លោក", "ភូមិ", "្", "\u200b", " ", "។", ".", ",", "\ufffc", "İ"),
        *("Prey ", "village ", "widespread ", "allegedly ", "fraud", "KD0123 ", "OD ", "1.", "/", ":", "2017-06-04 "),
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=40), st.integers(1, 3))
@settings(max_examples=60)
def test_any_text_is_read_and_each_finding_stands_where_it_says(around: Around, pieces: list[str], times: int) -> None:
    body = "".join(pieces) * times
    page = read(body, "km", "body", {}, around.terms)
    assert len(page.places) == len(page.ends) == len(page.text) == len(page.cased)
    assert all(0 <= a < b <= len(body) for a, b in zip(page.places, page.ends, strict=True))
    assert page.places == sorted(page.places)
    for one in check(draft({"km": body, "en": body[::-1]}), around):
        assert 0 <= one.where[0] < one.where[1] <= len(body if one.part == "body" else "Title"), one


@given(st.lists(PIECES, min_size=1, max_size=4))
@settings(max_examples=8)
def test_a_text_of_full_length_is_read_however_it_is_made(around: Around, pieces: list[str]) -> None:
    body = ("".join(pieces) * 60_000)[:60_000]
    found = check(draft({"km": body}), around)
    assert len({one.id for one in found}) == len(found)


def test_a_careful_text_with_dates_hours_laws_and_addresses_has_nothing_that_must_be_put_right(around: Around) -> None:
    english = """Commune elections are held every 5 years, by Article 5 of the law of 2015. Polls open at 07:00.

- Most voters queued calmly, and no party complained. Queues lasted more than 30 minutes in Kandal.
- Police stood within 200 metres of {{share category=PR}}. The central office answered.

Statement number 3 follows on 5 June 2017 at 10 a.m.: https://example.org/2017/06/123456789."""
    khmer = """ការបោះឆ្នោតឃុំធ្វើឡើងរៀងរាល់ ៥ ឆ្នាំ តាមមាត្រា ៥ នៃច្បាប់ឆ្នាំ២០១៥។ បើកនៅម៉ោង ០៧:០០។

- អ្នកបោះឆ្នោតភាគច្រើនបានតម្រង់ជួរដោយស្ងប់ស្ងាត់ ហើយគ្មានគណបក្សណាតវ៉ាទេ។ ជួរមានរយៈពេលលើសពី ៣០ នាទីនៅខេត្តកណ្តាល។
- នគរបាលឈរក្នុងចម្ងាយ ២០០ ម៉ែត្រពី{{share category=PR}}។ ការិយាល័យកណ្តាលបានឆ្លើយ។

សេចក្តីថ្លែងការណ៍ លេខ ៣ នឹងចេញនៅថ្ងៃទី៥ ខែមិថុនា ឆ្នាំ២០១៧ ម៉ោង ១០ ព្រឹក៖ https://example.org/2017/06/123456789។"""
    assert check(draft({"km": khmer, "en": english}), around) == []
