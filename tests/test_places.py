"""Places from words, codes and points: usual spellings are found, ordinary sentences are not taken for places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import pack as packs
from server.places import CONSIDERED, EARLIER, GPS, ROSTER, Context, Gazetteer, Located

SPELLINGS = [  # as people write, the code of the place
    ("Kompong Thom", "06"),
    ("Kampong Thom province", "06"),
    ("kg thom", "06"),
    ("Kg. Thom", "06"),
    ("KOMPONG CHAM", "03"),
    ("kampongcham", "03"),
    ("Kg Cham", "03"),
    ("k. cham province", "03"),
    ("Kompong Chhnang", "04"),
    ("Kampong Chnang", "04"),
    ("Kompong Speu", "05"),
    ("kampong spueu", "05"),
    ("Siem Reap", "17"),
    ("Siemreap", "17"),
    ("siem riep", "17"),
    ("SIEM REAP PROVINCE", "17"),
    ("Battambang", "02"),
    ("Battambong", "02"),
    ("Batambang", "02"),
    ("Bat Dambang", "02"),
    ("Battanbang", "02"),
    ("Banteay Meanchey", "01"),
    ("Bantey Meanchey", "01"),
    ("Banteay Mean Chey", "01"),
    ("Otdar Meanchey", "22"),
    ("Oddar Mean Chey", "22"),
    ("Uddor Meanchey", "22"),
    ("Sihanoukville", "18"),
    ("Preah Sihanouk", "18"),
    ("Sihanouk ville", "18"),
    ("sihanukville", "18"),
    ("Kampot", "07"),
    ("Kompot", "07"),
    ("in Kep", "23"),
    ("Kep province", "23"),
    ("Kratie", "10"),
    ("Kratié", "10"),
    ("Kracheh", "10"),
    ("Mondulkiri", "11"),
    ("Mondul Kiri", "11"),
    ("Mondolkiri", "11"),
    ("Ratanakiri", "16"),
    ("Ratanak Kiri", "16"),
    ("Rattanakiri", "16"),
    ("Phnom Penh", "12"),
    ("Phnum Penh", "12"),
    ("PHNOMPENH", "12"),
    ("pnom penh", "12"),
    ("Preah Vihear", "13"),
    ("Prey Veng", "14"),
    ("Prey Veaeng", "14"),
    ("Pursat", "15"),
    ("Pouthisat", "15"),
    ("Stung Treng", "19"),
    ("Steung Treng", "19"),
    ("Svay Rieng", "20"),
    ("Takeo", "21"),
    ("Ta Keo", "21"),
    ("Takéo", "21"),
    ("Tboung Khmum", "25"),
    ("Tbong Khmum", "25"),
    ("Thbong Khmum", "25"),
    ("Koh Kong", "09"),
    ("Kaoh Kong", "09"),
    ("Pailin", "24"),
    ("Kandal", "08"),
    ("ខេត្តកណ្ដាល", "08"),
    ("ខេត្តកណ្តាល", "08"),
    ("ខេត្ត កណ្តាល", "08"),
    ("ភ្នំពេញ", "12"),
    ("រាជធានីភ្នំពេញ", "12"),
    ("កំពង់ធំ", "06"),
    ("បាត់ដំបង", "02"),
    ("សៀមរាប", "17"),
    ("ខេត្ត\u200bសៀមរាប", "17"),
    ("តាកែវ", "21"),
    ("ស្វាយរៀង", "20"),
    ("ខេត្តកែប", "23"),
    ("ត្បូងឃ្មុំ", "25"),
    ("រតនគិរី", "16"),
    ("ឧត្តរមានជ័យ", "22"),
    ("ព្រះសីហនុ", "18"),
    ("Kien Svay", "0802"),
    ("Kean Svay", "0802"),
    ("Ta Khmau", "0811"),
    ("Takhmao", "0811"),
    ("Takmao city", "0811"),
    ("Mongkol Borei", "0102"),
    ("Poipet", "0110"),
    ("Russei Keo", "1207"),
    ("Russey Keo", "1207"),
    ("Toul Kork", "1204"),
    ("Tuol Kork district", "1204"),
    ("Daun Penh", "1202"),
    ("Doun Penh", "1202"),
    ("Chamkar Mon", "1201"),
    ("Chamkarmon", "1201"),
    ("Sen Sok", "1208"),
    ("Saen Sokh", "1208"),
    ("Chbar Ampov", "1210"),
    ("Por Sen Chey", "1209"),
    ("7 Makara", "1203"),
    ("Mean Chey district Phnom Penh", "1206"),
    ("Dangkor", "1205"),
    ("Preah Net Preah", "0104"),
    ("Thma Koul", "0202"),
    ("Moung Russei", "0206"),
    ("Stoung district", "0608"),
    ("ស្រុកកៀនស្វាយ", "0802"),
    ("ស្រុកស្ទោង", "0608"),
    ("ក្រុងសៀមរាប", "1710"),
    ("Krong Siem Reap", "1710"),
    ("Ponhea Leu district", "0809"),
    ("Anlong Veng", "2201"),
    ("Memot", "2503"),
    ("Prek Aeng commune", "121006"),
    ("khum Prek Aeng", "121006"),
    ("Preaek Aeng", "121006"),
    ("sangkat Chaom Chau 1", "120916"),
    ("Boeng Keng Kang 1", "121301"),
    ("BKK1", "121301"),
    ("BKK 3", "121303"),
    ("Tuol Tumpung 1", "120110"),
    ("Toul Tom Poung 2", "120109"),
    ("Tonle Bassac", "120101"),
    ("Boeung Pram commune", "020407"),
    ("Phsar Thmei Ti Bei", "120203"),
    ("Psar Thmey 3", "120203"),
    ("Stung Meanchey 2", "120609"),
    ("Steung Meanchey 2", "120609"),
    ("Thmei commune Kandal Stueng", "080108"),
    ("Wat Phnom", "120211"),
    ("ឃុំព្រែកឯង", "121006"),
    ("សង្កាត់បឹងកេងកងទី១", "121301"),
    ("សង្កាត់ទួលទំពូងទី ២", "120109"),
    ("ឃុំបឹងប្រាំ", "020407"),
    ("ឃុំថ្មី ស្រុកកណ្តាលស្ទឹង", "080108"),
    ("ឃុំព្រែកស្ដី", "081203"),
    ("Kampong Kdei", "170403"),
    ("Chi Kraeng commune", "170402"),
    ("Svay Chrum commune Akrey Ksat", "081306"),
    ("Koh Oknha Tei", "081302"),
    ("Prek Ampil", "081303"),
    ("Saang district", "0810"),
    ("Kaoh Thum district", "0804"),
    ("Koh Thom district", "0804"),
    ("Lvea Em", "0806"),
    ("Ang Snoul", "0808"),
    ("Muk Kampoul", "0807"),
    ("Khsach Kandal", "0803"),
    ("Bavet", "2008"),
    ("Sangkae district", "0208"),
]

ORDINARY = """the box was not sealed
soldiers inside polling station
no ink
Soldiers inside the polling station, voters are scared
ballot papers not counted one by one at opening
documents not double checked
ink not checked on fingers
names not ticked on the list
two agents of one party in the station
party agents giving orders to staff
paperwork filled in wrongly, count is late
valid ballots called spoiled
results not posted outside
counting behind closed doors
observers asked to leave
long queue, 200 people are waiting
voters turned away because of substitute papers
voting with a photocopy of an ID card
village chief is writing down names
commune chief is inside the station
the commune clerk left at noon
same commune as before
our district office has no power
whole district is calm
police came in the province office
a man with a gun near the door
they gave money, 20000 riel each
rice and soap handed out in the morning
no lamp for the count
the presiding officer refused to sign form 1102
he took my phone and made me thumb print a paper
we are safe, going home now
arrived at station, all fine
opened on time no problem
everything peaceful
polling started at 7.05
thank you very much
please call me back
who is the contact person
rain and flood on the road
shots heard, people running
two boxes were moved to another room
seal number differs
one person voted twice
under age boy voted
old woman fell down, ambulance came
monks were not given priority
the list on the wall is wrong
station moved without notice
pencil used in place of pen
power cut during the count
they closed at 2.30 pm
party song is played outside
truck with loudspeaker passing
someone filmed the voters with a phone
the ruling party wins here, 230 to 120
count finished, results posted
form altered after signing
copy of the form refused
unknown men follow us
ហិបឆ្នោតមិនបានបិទត្រា
ទាហាននៅក្នុងការិយាល័យ
គ្មានទឹកខ្មៅ
មេភូមិឈរនៅមាត់ទ្វារ
អ្នកបោះឆ្នោតរង់ចាំយូរ
ការបោះឆ្នោតដំណើរការល្អ
មានក្រុមមនុស្សនៅខាងក្រៅ
មេឃុំចែកលុយឱ្យប្រជាជន
ឃុំខ្លួនអ្នកសង្កេតការណ៍
បញ្ជីឈ្មោះថ្មីមិនត្រូវបានបិទ
ហិបនៅកណ្តាលបន្ទប់
ពួកគេយកសន្លឹកឆ្នោត
ស្រុកនេះស្ងៀមស្ងាត់
ការបោះឆ្នោតរៀបរយ និងសុខសាន្ត
គណបក្សមួយឈានមុខ
អភិបាលខេត្តមកដល់
តាមផ្លូវជាតិលេខ១""".splitlines()

AROUND = ["{}", "soldiers in {}", "{}: box not sealed", "at {} no ink, 5 people", "ទាហាននៅ {}"]


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return Gazetteer(packs.load("kh-2017"))


@pytest.mark.parametrize(("written", "code"), SPELLINGS)
def test_a_usual_spelling_is_found(written, code, places):
    assert places.find(written).code == code


@pytest.mark.parametrize("sentence", ORDINARY)
def test_an_ordinary_sentence_names_no_place(sentence, places):
    assert places.find(sentence) == Located()


def test_every_name_of_the_pack_is_found_when_its_district_and_province_are_named_too(places):
    for lang in ("en", "km"):
        missed = [
            place.code
            for place in places.pack.places.values()
            if place.level == "commune" and not placed_right(places, place.code, lang)
        ]
        assert len(missed) < 0.01 * 1654, missed  # two communes of one district may sound the same


def placed_right(places, code, lang):
    """Whether "commune X district Y province Z" leads to the commune, or to an area that holds it."""
    district, province = places.names.areas[code]
    words = {"en": "khum {} srok {} khet {}", "km": "ឃុំ{} ស្រុក{} ខេត្ត{}"}[lang]
    found = places.find(words.format(*(places.name(each, lang) for each in (code, district, province))))
    return found.code == code or code in found.candidates


@given(st.sampled_from([row for row in SPELLINGS if row[0].isascii()]), st.sampled_from(AROUND), st.booleans())
def test_words_around_a_name_and_capitals_change_nothing(places, row, around, shout):
    text = around.format(row[0].upper() if shout else row[0])
    assert places.find(text).code == row[1]


@given(st.text(max_size=200), st.text(max_size=8))
def test_any_text_gets_an_answer(places, text, station):
    found = places.find(text, station=station)
    assert 0 <= found.confidence <= 1
    assert (found.code is None) == (found.level == "none")


@given(
    st.lists(
        st.sampled_from(["kandal", "ឃុំ", "commune", "of", "ត្រី", "kg", "1", "ទី", "\u200b", "-", "svay"]), max_size=30
    )
)
def test_any_mix_of_names_and_hints_gets_an_answer(places, words):
    found = places.find(" ".join(words))
    assert (found.code is None) == (found.level == "none")


def test_a_station_of_the_registry_decides_whatever_the_text_says(places):
    station = places.pack.stations["KD0123"]
    found = places.find("soldiers in Takeo", station="KD0123", point=(13.1, 103.2))
    assert (found.code, found.level, found.province) == ("KD0123", "station", "08")
    assert (found.lat, found.lon, found.because) == (station.lat, station.lon, ("KD0123",))


def test_an_unknown_station_still_tells_its_province_with_doubt(places):
    found = places.find("box not sealed", station="KD9999")
    assert (found.code, found.level, found.confidence, found.because) == ("08", "province", 0.5, ("KD9999",))
    assert places.find("box not sealed", station="QQ9999") == Located()


def test_a_name_that_many_communes_share_gives_candidates_and_no_place(places):
    found = places.find("Samraong")
    assert (found.code, found.level, found.because) == (None, "none", ("samraong",))
    assert len(found.candidates) > 5


def test_a_name_shared_within_one_province_gives_the_province_and_candidates(places):
    found = places.find("Samraong commune, Takeo province")
    assert (found.code, found.level) == ("21", "province")
    assert found.candidates == ("210708", "210910")
    assert found.confidence < places.find("Takeo province").confidence


def test_the_district_or_province_in_the_text_decides_between_communes_of_one_name(places):
    assert places.find("Svay Chrum commune").code is None
    assert places.find("Svay Chrum commune, Akrey Ksat").code == "081306"
    assert places.find("Chey Chumneah").code == "120208"


def test_the_point_decides_between_communes_of_one_name(places):
    akrey_ksat = places.pack.places["0813"]
    assert places.find("Svay Chrum commune", point=(akrey_ksat.lat, akrey_ksat.lon)).province == "08"


def test_two_provinces_in_one_text_are_candidates(places):
    found = places.find("soldiers went from Takeo to Kampot")
    assert (found.code, found.candidates) == (None, ("07", "21"))


def test_a_district_goes_before_a_far_commune_of_the_same_name_but_with_less_trust(places):
    found = places.find("Chbar Ampov")
    assert (found.code, found.candidates) == ("1210", ("1210", "030102"))
    assert found.confidence < places.find("Chbar Ampov district").confidence
    assert places.find("Chbar Ampov commune").code == "030102"


def test_a_word_for_the_level_chooses_between_a_province_and_its_town(places):
    assert places.find("Siem Reap").code == "17"
    assert places.find("Siem Reap province").code == "17"
    assert places.find("krong Siem Reap").code == "1710"
    assert places.find("ក្រុងសៀមរាប").code == "1710"


def test_a_village_is_not_taken_for_the_commune_of_that_name(places):
    assert places.find("phum Kampong Kdei") == Located()
    assert places.find("ភូមិកំពង់ក្តី") == Located()


def test_a_short_name_counts_only_beside_a_word_that_explains_it(places):
    assert places.find("thmei").code is None
    assert places.find("Thmei, Kandal Stueng").code == "080108"
    assert places.find("he kep quiet") == Located()
    assert places.find("Kep province").code == "23"


def test_a_misspelt_name_after_a_word_for_its_level_is_still_found(places):
    assert places.find("srok Kien Svaay").code == "0802"
    assert places.find("khum Boeung Praim").code == "020407"
    assert places.find("ស្រុកកៀនស្វយា").code == "0802"


def test_what_looks_the_same_on_paper_is_the_same_name(places):
    for written in ("ខេត្តកណ្ដាល", "ខេត្តកណ្តាល", "ខេត្ត កណ្តាល", "ខេត្ត\u200bកណ្តាល"):
        assert places.find(written).code == "08"
    assert places.find("សង្កាត់ទួលទំពូងទី២") == places.find("សង្កាត់ទួលទំពូង ទី 2")


def test_no_syllable_is_cut_to_find_a_name(places):
    assert places.find("ឃុំតាកែវ៉").code != "21"


TOWNS = {  # latitude, longitude -> province
    (13.655, 102.563): "01",
    (13.1, 103.2): "02",
    (12.0, 105.46): "03",
    (12.25, 104.667): "04",
    (11.453, 104.52): "05",
    (12.711, 104.889): "06",
    (10.61, 104.18): "07",
    (11.483, 104.945): "08",
    (11.615, 102.983): "09",
    (12.488, 106.019): "10",
    (12.456, 107.188): "11",
    (11.556, 104.928): "12",
    (13.807, 104.98): "13",
    (11.487, 105.325): "14",
    (12.54, 103.92): "15",
    (13.739, 106.987): "16",
    (13.362, 103.86): "17",
    (10.63, 103.52): "18",
    (13.526, 105.968): "19",
    (11.088, 105.8): "20",
    (10.99, 104.785): "21",
    (14.18, 103.52): "22",
    (10.483, 104.31): "23",
    (12.85, 102.61): "24",
    (11.91, 105.66): "25",
}


@pytest.mark.parametrize("point", TOWNS)
def test_a_point_tells_its_province_and_is_kept(point, places):
    found = places.find("no ink", point=point)
    assert (found.code, found.level, found.province) == (TOWNS[point], "province", TOWNS[point])
    assert ((found.lat, found.lon), found.because) == (point, ("GPS",))


@pytest.mark.parametrize("point", [(13.75, 100.5), (0.0, 0.0), (float("nan"), 104.9), (1e300, -1e300)])
def test_a_point_abroad_tells_nothing(point, places):
    assert places.find("no ink", point=point) == Located()


def test_the_text_goes_before_a_point_in_another_province_but_with_less_trust(places):
    found = places.find("soldiers in Takeo", point=(13.1, 103.2))
    assert (found.code, found.lat, found.lon) == ("21", None, None), "the point is elsewhere, and no middle is one"
    assert found.confidence < places.find("soldiers in Takeo").confidence
    here = places.find("soldiers in Takeo", point=(10.99, 104.785))
    assert (here.code, here.lat, here.lon) == ("21", 10.99, 104.785)


def test_every_station_point_leads_to_the_province_of_the_station(places):
    for station in list(places.pack.stations.values())[::97]:
        found = places.find("", point=(station.lat, station.lon))
        assert found.code == places.pack.prefixes[station.code[:2]]


def stations_of(places, commune, count=1):
    return tuple(code for code, one in places.pack.stations.items() if one.commune == commune)[:count]


def test_who_names_no_place_speaks_of_the_own_station_with_less_trust_and_no_point_on_the_map(places):
    (own,) = stations_of(places, "080502")
    found = places.find("box not sealed", context=Context((own,)))
    assert (found.code, found.level, found.province, found.because) == (own, "station", "08", (ROSTER,))
    assert found.confidence < places.find("box not sealed", own).confidence
    assert (found.lat, found.lon) == (None, None)


def test_who_has_several_stations_and_names_none_is_somewhere_in_the_area_of_all(places):
    near = (*stations_of(places, "080502"), *stations_of(places, "080503"))
    found = places.find("box not sealed", context=Context(near))
    assert (found.code, found.level, found.because, found.candidates) == ("0805", "district", (ROSTER,), near)
    far = (*near, *stations_of(places, "210101"))
    assert places.find("box not sealed", context=Context(far)) == Located(because=(ROSTER,), candidates=far)
    there = places.find("box not sealed", context=Context(far, ("210101",)))
    assert (there.code, there.because) == (far[-1], (ROSTER, EARLIER))


def test_a_place_in_the_words_goes_before_whatever_is_known_of_the_sender(places):
    context = Context(stations_of(places, "080502"), ("0805",))
    for written, code in SPELLINGS:
        if not places.find(written).candidates:
            assert places.find(written, context=context).code == code


def test_the_own_station_decides_between_communes_of_one_name(places):
    said, (own,) = "ink washes off in Samraong commune", stations_of(places, "150407")
    assert places.find(said).code is None
    found = places.find(said, context=Context((own,)))
    assert (found.code, found.because, found.candidates[0]) == ("150407", ("samraong", ROSTER), "150407")
    near = places.find(said, context=Context(stations_of(places, "150401")))
    assert near.code == "150407", "another commune of the own district says less, but enough"
    assert near.confidence < found.confidence
    assert found.confidence < places.find("Samraong commune Phnum Kravanh").confidence
    assert places.find(said, context=Context(stations_of(places, "090201"))).code is None, "it says nothing there"


def test_candidates_come_with_the_likeliest_first(places):
    (own,) = stations_of(places, "210101")
    found = places.find("Samraong commune", context=Context((own,)))
    assert (found.code, set(found.candidates[:2])) == ("21", {"210708", "210910"}), "two in the own province"
    pursat = places.pack.places["150407"]
    here = places.find("Samraong commune", point=(pursat.lat, pursat.lon))
    assert here.code == "150407"


def test_the_message_before_says_where_a_stranger_is_when_nothing_else_does(places):
    found = places.find("they have left now", context=Context(places=("170403", "12")))
    assert (found.code, found.because, found.lat) == ("170403", (EARLIER,), None)
    assert found.confidence < places.find("box not sealed", context=Context(stations_of(places, "170403"))).confidence
    again = places.find("still at Svay Chrum commune", context=Context(places=("081306",)))
    assert (again.code, again.because) == ("081306", ("svay chrum", EARLIER))


def test_whoever_was_elsewhere_before_is_at_the_own_station_with_doubt_and_both_are_told(places):
    (own,) = stations_of(places, "080502")
    found = places.find("no ink", context=Context((own,), ("21",)))
    assert (found.code, found.candidates) == (own, (own, "21"))
    assert found.confidence < places.find("no ink", context=Context((own,))).confidence


def test_a_point_beside_the_own_station_is_that_station_and_elsewhere_it_is_the_point_that_counts(places):
    (own,) = stations_of(places, "080502")
    station = places.pack.stations[own]
    found = places.find("no ink", point=(station.lat, station.lon), context=Context((own,)))
    assert (found.code, found.because, found.lat) == (own, (GPS, ROSTER), station.lat)
    away = places.find("no ink", point=(13.1, 103.2), context=Context((own,)))
    assert (away.code, away.because) == ("02", (GPS,))


def test_a_station_with_a_slip_in_it_is_the_own_one_when_that_is_one_slip_away(places):
    (own,) = stations_of(places, "080502")
    context = Context((own,))
    wrong = f"{own}-{(int(packs.check_digit(own)) + 1) % 10}"
    found = places.find("no ink", station=wrong, context=context)
    assert (found.code, found.because, found.lat) == (own, (wrong, ROSTER), None)
    assert places.find("no ink", station="TK9999", context=context).code == "21"


CODES = st.sampled_from(["KD0123", "TK0001", "08", "0805", "080502", "nowhere", "", "ZZ9999"])


@given(
    st.sampled_from(["", "Samraong", "no ink", "Takeo", "khum Svay Chrum", "phum Kampong Kdei"]),
    st.lists(CODES, max_size=4).map(tuple),
    st.lists(CODES, max_size=4).map(tuple),
    st.sampled_from([None, (11.5, 104.9), (0.0, 0.0)]),
    st.sampled_from([None, "KD9999", "ZZ0000", "KD0123-1"]),
)
def test_any_context_gets_an_answer(places, text, stations, before, point, station):
    found = places.find(text, station, point, Context(stations, before))
    assert 0 <= found.confidence <= 0.99
    assert (found.code is None) == (found.level == "none") == (found.province is None)
    assert (found.lat is None) == (found.lon is None)


def test_the_picker_offers_names_codes_sounds_and_near_misses(places):
    def codes(q):
        return [place.code for place in places.search(q, limit=8)]

    assert codes("kand")[0] == "08"
    assert codes("0802")[0] == "0802"
    assert codes("prek aeng")[0] == codes("Preaek Aeng")[0] == "121006"
    assert "0102" in codes("mongkl borey")
    assert codes("កៀនស្វាយ")[0] == "0802"
    assert codes("  ") == []
    assert len(codes("k")) == 8


def test_places_and_stations_have_names_and_paths_in_both_languages(places):
    assert places.name("08", "en") == "Kandal"
    assert places.path("0805", "en") == "Kandal · Leuk Daek"
    assert places.path("0805", "km") == "កណ្ដាល · លើកដែក"
    assert places.path("KD0123", "en").endswith(" · KD0123")
    assert places.name("KD0123", "en").startswith("Generated station")
    assert (places.name("nowhere", "en"), places.path("nowhere", "en")) == ("nowhere", "nowhere")


@pytest.mark.security("S53", "long texts")
@pytest.mark.parametrize(
    "piece", ["zorbal kranet plimo ", "ឃុំសំបូរខុសស្រុកនេះ", "samraong ", "zorbal commune kranet ", "commune ", "ឃុំ", "្", "a"]
)
def test_a_text_of_64_kib_is_read_like_its_beginning(piece, places):
    text = (piece * 65_536)[:65_536]
    assert places.find(text) == places.find(text[:CONSIDERED]), "what costs is bounded: the rest is not looked at"
