"""What `make eval` prints."""

import pytest

from server import quality
from server.model import figures
from server.model.figures import Case
from tests import fitted


@pytest.fixture(autouse=True)
def fitted_once(monkeypatch):
    monkeypatch.setattr(quality, "_ready", fitted.classifier)


def case(labels, said, sure=0.9, second="", text="words"):
    return Case(tuple(labels.split("|")), second, said, sure, text)


def test_either_of_two_labels_is_right():
    assert case("PR|LG", "LG").right
    assert case("PR|LG", "LG").truth == "LG"
    assert case("PR|LG", "VS").truth == "PR"


def test_accuracy_counts_the_second_label_only_when_asked():
    cases = [case("PR", "PR"), case("PR", "LG", second="LG"), case("PR", "VS")]
    assert figures.accuracy(cases) == pytest.approx(1 / 3)
    assert figures.accuracy(cases, second=True) == pytest.approx(2 / 3)


def test_f1_of_a_label_and_of_incidents():
    cases = [case("PR", "PR"), case("PR", "OKAY"), case("OKAY", "PR"), case("TALLY", "TALLY"), case("VS", "?")]
    assert figures.scores(cases, "PR") == (0.5, 0.5, 0.5)
    assert figures.incident_f1(cases) == pytest.approx(2 / 5)
    assert figures.macro_f1(cases) == pytest.approx(0.5 / 8)


def test_the_calibration_error_is_the_distance_of_confidence_and_share():
    sure = [case("PR", "PR", 0.85)] * 3 + [case("PR", "VS", 0.85)]
    assert figures.calibration_error(sure) == pytest.approx(0.1)
    assert figures.reliability(sure) == [(4, pytest.approx(0.85), 0.75)]


@pytest.fixture
def data(tmp_path):
    """Messages and, apart, their labels."""
    file, labels = tmp_path / "data.csv", tmp_path / "labels.csv"
    file.write_text(
        "id,text,category\n1,no ballots here,PR|LG\n2,the tune secret was told,ID\n3,the report secret was told,ID\n",
        encoding="utf-8",
    )
    labels.write_text("id,label,second,half\n2,ID,,tune\n3,ID,,report\n", encoding="utf-8")
    return file, labels


def test_a_file_of_ones_own_is_measured_with_two_packs(data, capsys):
    quality.main([str(data[0]), "--pack", "ng-2011", "--pack", "kh-2017"])
    said = capsys.readouterr().out
    assert "data.csv: 3 messages, pack ng-2011" in said
    assert "the same with the pack kh-2017: accuracy" in said
    for word in ("macro-F1", "calibration error", "µs a message", "right \\ said", "the worst errors"):
        assert word in said


def test_texts_of_the_report_half_are_never_printed(data, capsys):
    quality.main([str(data[0]), "--pack", "ng-2011", "--labels", str(data[1])])
    said = capsys.readouterr().out
    assert "data.csv tune: 1 messages" in said
    assert "data.csv report: 1 messages" in said
    assert "the report secret" not in said


def test_the_held_out_sets_are_called_self_written(capsys):
    quality.main([])
    said = capsys.readouterr().out
    assert said.count("is self-written") == 3
    assert "of these rom, " in said


def test_a_file_without_the_columns_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "x.csv").write_text("words\nhello\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="x.csv must have rows with the columns text, category"):
        quality.main([str(tmp_path / "x.csv"), "--pack", "kh-2017"])


def test_the_worst_errors_are_those_made_most_surely_and_cannot_move_the_cursor():
    cases = [case("PR", "VS", 0.6, text="a"), case("PR", "VS", 0.9, text="b\x1b[2J"), case("PR", "PR", 0.99, text="c")]
    lines = list(figures.worst(cases, 20))
    assert len(lines) == 2
    assert lines[0].endswith("b [2J")
