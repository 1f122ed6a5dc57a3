"""What is unusual, and what is not: each statistic by itself, without a record."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.alerts import coordinated, silence
from server.alerts.areas import Areas
from server.alerts.burst import Quiet, Voices, bursts
from server.alerts.chance import beta_binomial, binomial, borel, poisson, spread
from server.alerts.found import Finding
from server.alerts.silence import Came
from server.alerts.stations import Station, Stations
from server.alerts.told import Happened, Report, distinct
from server.country.schedule import Schedule
from server.coverage import Sign
from server.pack import Pack

NOON = 24_942_540  # a minute of the day
HERE, NEAR, FAR = "0805", "0803", "1601"  # districts


@pytest.fixture(scope="module")
def areas(pack: Pack) -> Areas:
    return Areas(pack)


def told(n: int, at: float, area: str = HERE, **more: object) -> Report:
    return Report(
        **{"id": f"r{n:03d}", "at": NOON + at, "source": f"s{n}", "gateway": "kannel", "rehearsal": False}
        | {"category": "IN", "area": area, "incident": True, "kind": "incident", "restricted": False}
        | more
    )


def events(*reports: Report) -> list[Happened]:
    return distinct(reports, lambda report: report.group or report.id)


def calm_day(areas: Areas, per_hour: int = 6) -> list[Report]:
    """Reports of one category all over the country, as on any day."""
    spread_out = sorted(areas.finest)
    times = [-170 + n * 60 / per_hour for n in range(per_hour * 170 // 60)]
    return [told(500 + n, at, spread_out[n * 37 % len(spread_out)]) for n, at in enumerate(times)]


def scan(areas: Areas, *reports: Report, usual: int = 6) -> list[Finding]:
    quiet = Quiet(Voices({}, areas), daily=1000, begun=NOON - 300)
    fresh = {each.id for each in reports}
    return bursts("IN", False, events(*calm_day(areas, usual), *reports), fresh, NOON + 1, quiet)


def least(found: list[Finding]) -> float:
    return min((each.chance for each in found), default=1.0)


# the arithmetic


@given(n=st.integers(0, 60), mean=st.floats(0.001, 40), shape=st.floats(0.5, 50))
def test_more_is_never_more_likely(n: int, mean: float, shape: float) -> None:
    for tail in (lambda k: poisson(k, mean), lambda k: spread(k, mean, shape), lambda k: borel(k + 1, mean / 41)):
        assert 0 <= tail(n + 1) <= tail(n) + 1e-9 <= 1 + 2e-9


@given(of=st.integers(1, 60), share=st.floats(0.01, 0.99), firmness=st.floats(1, 200))
def test_shares_of_a_whole_add_up(of: int, share: float, firmness: float) -> None:
    for tail in (lambda k: binomial(k, of, share), lambda k: beta_binomial(k, of, share, firmness)):
        chances = [tail(k) for k in range(of + 2)]
        assert chances[0] == pytest.approx(1)
        assert chances == sorted(chances, reverse=True)
        assert chances[of + 1] == pytest.approx(0, abs=1e-9)


def test_known_values_of_each_distribution() -> None:
    assert poisson(5, 0.3) == pytest.approx(1.5785e-05, rel=1e-4)
    assert spread(4, 0.1, 3) == pytest.approx(1.5415e-05, rel=1e-4)
    assert binomial(8, 10, 0.3) == pytest.approx(0.00159039, rel=1e-4)
    assert beta_binomial(8, 10, 0.3, 40) == pytest.approx(0.00434931, rel=1e-4)
    assert borel(2, 0.3) == pytest.approx(0.25918178, rel=1e-4)  # 1 - e^-0.3
    assert poisson(0, 0) == 1
    assert poisson(1, 0) == 0


# one event seen by many is one


def test_reports_of_one_group_station_or_sender_are_one_event() -> None:
    assert len(events(told(1, -9), told(2, -8), told(3, -7))) == 3
    assert len(events(told(1, -9), told(2, -8, group="r001"), told(3, -7, group="r001"))) == 1
    assert len(events(*(told(n, -n, station="KD0123") for n in range(9)))) == 1
    assert len(events(told(1, -9, source="same"), told(2, -8, source="same"))) == 1
    assert len(events(told(1, -40, station="KD0123"), told(2, -8, station="KD0123"))) == 2


def test_who_names_only_the_commune_may_mean_any_event_there_but_two_stations_are_two_events() -> None:
    here = {"commune": "080501"}
    assert len(events(told(1, -9, station="KD0123", **here), told(2, -8, **here))) == 1
    assert len(events(told(1, -9, **here), told(2, -8, station="KD0123", **here))) == 1
    assert len(events(told(1, -9, station="KD0123", **here), told(2, -8, station="KD0124", **here))) == 2


def test_one_event_told_by_twenty_is_no_burst(areas: Areas) -> None:
    assert least(scan(areas, *(told(n, -n / 2, station=f"KD01{n:02d}") for n in range(20)))) < 1e-9
    assert scan(areas, *(told(n, -n / 2, group="r000", station=f"KD01{n:02d}") for n in range(20))) == []


@given(data=st.data())
def test_the_order_of_reports_does_not_matter(areas: Areas, data: st.DataObject) -> None:
    reports = [told(n, -n % 7, station=f"KD01{n % 4:02d}", group="r002" if n == 5 else "") for n in range(9)]
    shuffled = data.draw(st.permutations(reports))
    assert events(*shuffled) == events(*reports)


# bursts


def test_a_quiet_day_has_no_burst(areas: Areas) -> None:
    assert least(scan(areas)) == 1.0
    assert least(scan(areas, told(1, -3), told(2, -2))) == 1.0  # two are no burst


def test_a_burst_is_found_in_its_district_with_its_reports(areas: Areas) -> None:
    found = scan(areas, *(told(n, -15 + n, station=f"KD01{n:02d}") for n in range(8)))
    assert found[0].chance < 1e-6
    assert (found[0].area, found[0].found, found[0].reports) == (HERE, 8, tuple(f"r{n:03d}" for n in range(8)))


def test_a_burst_in_neighbouring_districts_is_one_finding(areas: Areas) -> None:
    near = next(zone for zone in areas.zones(HERE) if zone.area == HERE and len(zone.parts) == 3)
    parts = sorted(near.parts)
    found = scan(areas, *(told(n, -15 + n, parts[n % 3]) for n in range(9)))
    assert len(found) == 1
    assert near.parts <= found[0].parts


def test_the_same_number_is_no_burst_when_the_whole_country_has_more(areas: Areas) -> None:
    burst = [told(n, -15 + n) for n in range(4)]
    opening = [told(100 + n, -n / 20, area) for n, area in enumerate(sorted(areas.finest) * 2)]
    assert least(scan(areas, *burst, *opening)) > 100 * least(scan(areas, *burst))


def test_a_district_that_had_trouble_all_morning_has_to_have_more(areas: Areas) -> None:
    burst = [told(n, -15 + n) for n in range(5)]
    morning = [told(50 + n, -160 + 12 * n) for n in range(8)]
    assert least(scan(areas, *burst, *morning)) > 10 * least(scan(areas, *burst))


@settings(max_examples=25)
@given(
    times=st.lists(st.integers(-55, 0), min_size=3, max_size=9, unique=True),
    more=st.integers(-9, 0),
    where=st.sampled_from([HERE, NEAR]),
)
def test_one_more_event_never_makes_a_burst_less_alarming(
    areas: Areas, times: list[int], more: int, where: str
) -> None:
    burst = [told(n, at) for n, at in enumerate(times)]
    other = replace(burst[0], id="r099", source="s99", at=NOON + more)
    assert least(scan(areas, *burst, other)) <= least(scan(areas, *burst)) * (1 + 1e-9)


# silence


def heard(schedule: Schedule, areas: Areas, missing: set[str], pack: Pack) -> Stations:
    """Five stations of each province that opened; but for those `missing`, all told of the turnout."""
    stations, day = Stations(schedule, areas), schedule.begins
    for province in sorted(set(pack.prefixes.values())):
        own = [code for code in sorted(pack.stations) if pack.prefixes[code[:2]] == province][:5]
        for code in own:
            stations.post(f"m{code}", [code])
            stations.hear("", f"m{code}", Sign(day + timedelta(hours=6, minutes=20), ("KA",)))
            if province not in missing:
                stations.hear("", f"m{code}", Sign(day + timedelta(hours=11, minutes=50), ("KC",)))
    return stations


def missed(pack: Pack, areas: Areas, missing: set[str], hour: float = 13) -> list[Finding]:
    stations = list(heard(pack.schedule, areas, missing, pack).heard())
    at = int((pack.schedule.begins + timedelta(hours=hour)).timestamp() // 60)
    return silence.missed(stations, pack.schedule, areas, at)


def test_an_area_that_stops_is_silent_and_one_that_goes_on_is_not(pack: Pack, areas: Areas) -> None:
    assert missed(pack, areas, set()) == []
    found = missed(pack, areas, {"08"})
    assert {areas.province(each.area) for each in found} == {"08"}
    assert found[0].chance < 0.02
    assert found[0].found == 5
    assert all(station.startswith("KD") for station in found[0].stations)


def test_what_the_whole_country_misses_is_no_silence_of_an_area(pack: Pack, areas: Areas) -> None:
    everywhere = set(pack.prefixes.values())
    assert all(each.chance > 0.5 for each in missed(pack, areas, everywhere))


def test_who_was_never_heard_has_not_fallen_silent(pack: Pack, areas: Areas) -> None:
    station = Station("KD0123", HERE, first=1e9, last=1e9, met=0)
    at = int((pack.schedule.begins + timedelta(hours=13)).timestamp() // 60)
    assert silence.missed([replace(station, code=f"KD{n:04d}") for n in range(20)], pack.schedule, areas, at) == []


def steady(per_minute: int, until: int) -> dict[int, int]:
    return {NOON - back: per_minute for back in range(240) if NOON - back < until}


def test_when_nothing_comes_at_all_that_is_one_finding_and_not_one_for_each_gateway() -> None:
    came = {gateway: Came(*[steady(2, NOON - 15)] * 2) for gateway in ("kannel", "twilio", "form")}
    [found] = silence.gaps(came, NOON)
    assert (found.mark, found.found) == ("", 16)
    assert found.chance < 1e-6


def test_one_gateway_that_stops_is_named_while_the_others_go_on() -> None:
    came = {"kannel": Came(*[steady(1, NOON - 25)] * 2), "twilio": Came(*[steady(1, NOON + 1)] * 2)}
    assert [each.mark for each in silence.gaps(came, NOON)] == ["kannel"]
    assert silence.gaps({"twilio": came["twilio"]}, NOON) == []


def test_a_lull_after_a_wave_of_check_ins_is_no_gap() -> None:
    wave = {NOON - back: 50 for back in range(11, 40)}
    assert silence.gaps({"kannel": Came(wave, {})}, NOON) == []


# coordinated


def words(*groups: list[Report], likened: int = 0, reports: int = 300) -> dict[str, float]:
    by_first = {group[0].id: group for group in groups}
    return {each.mark: each.chance for each in coordinated.same_words(by_first, likened, reports, 500)}


def test_many_senders_of_the_same_words_are_coordinated_and_one_sender_who_repeats_is_not() -> None:
    copies = [told(n, -n / 2) for n in range(12)]
    assert words(copies)["r000"] < 1e-9
    assert words([replace(each, source="one") for each in copies]) == {}
    assert words([replace(each, source="") for each in copies]) == {}  # nobody is named: one voice at most
    assert words([replace(each, kind="checkin") for each in copies]) == {}


def test_on_a_day_when_people_often_say_the_same_more_must_do_so() -> None:
    copies = [told(n, -n / 2) for n in range(6)]
    assert words(copies, likened=150)["r000"] > 100 * words(copies, likened=3)["r000"]


@given(n=st.integers(5, 40), likened=st.integers(0, 200))
def test_one_more_sender_is_never_less_alarming(n: int, likened: int) -> None:
    group = [told(each, -1) for each in range(n + 1)]
    assert words(group, likened=likened)["r000"] <= words(group[:-1], likened=likened)["r000"] * 1.05


def test_a_restricted_copy_makes_the_alert_restricted() -> None:
    group = [told(n, -1, restricted=n == 3) for n in range(8)]
    [found] = coordinated.same_words({"r000": group}, 0, 300, 500)
    assert found.restricted


def close(numbers: list[int], others: list[int]) -> list[Finding]:
    reports = [told(n, -n, number=number) for n, number in enumerate(numbers)]
    return list(coordinated.close_numbers(reports, {"r000"}, {*others, *numbers}))


def test_strangers_with_close_numbers_are_found_and_no_number_is_in_what_is_found() -> None:
    others = [85512000000 + n * 631 for n in range(150)]
    [found] = close([85512040000 + 2 * n for n in range(10)], others)
    assert found.chance < 1e-6
    assert found.found == 10
    assert "8551204" not in repr(found)
    assert all(each.chance > 0.01 for each in close(others[:60:6], others))


def test_a_block_of_numbers_in_which_everybody_lives_is_not_unusual() -> None:
    everybody = [85512000000 + n for n in range(400)]
    assert all(each.chance > 0.01 for each in close(everybody[::40], everybody))


def test_far_more_strangers_by_one_gateway_than_its_share_is_found() -> None:
    usual = {"kannel": 60, "twilio": 60}
    sudden = [told(n, -n / 4, gateway="twilio") for n in range(30)]
    [found] = coordinated.one_gateway(sudden, usual)
    assert (found.mark, found.chance < 0.01) == ("twilio", True)
    both = [told(n, -1, gateway=("kannel", "twilio")[n % 2]) for n in range(30)]
    assert all(each.chance > 0.5 for each in coordinated.one_gateway(both, usual))
