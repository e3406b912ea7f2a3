import io

import pytest

from keras_w2v2.training import progress
from keras_w2v2.training.progress import Progress, Quiet, duration


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_a_log_file_gets_a_plain_line_every_ten_seconds_and_the_last(clock):
    log = io.StringIO()
    with Progress("pre-training", 100, "updates", stream=log) as shown:
        for done in range(1, 101):
            clock[0] += 0.25
            shown.update(done, loss=4.0 / done)
    lines = log.getvalue().splitlines()
    assert len(lines) == 3  # at 10 s, at 20 s, at the end
    assert lines[0] == "pre-training  40/100 updates  loss 0.1  15 s left"
    assert lines[-1].startswith("pre-training  100/100 updates")


def test_the_time_left_is_what_the_remaining_units_cost(clock):
    shown = Progress("x", 1000, "updates", start=500, stream=io.StringIO())
    with shown:
        for done in range(501, 521):
            clock[0] += 2.0
            shown.update(done)
        assert shown.seconds_left() == pytest.approx(480 * 2.0)


def test_compilation_of_the_first_update_does_not_frighten(clock):
    with Progress("x", 100, "updates", stream=io.StringIO()) as shown:
        for done in range(1, 11):
            clock[0] += 60.0 if done == 1 else 0.5
            shown.update(done)
        assert shown.seconds_left() == pytest.approx(90 * 0.5)


def test_the_time_left_is_unknown_without_a_total():
    with Progress("x", stream=io.StringIO()) as shown:
        shown.update(3)
        assert shown.seconds_left() is None
        assert shown.count() == "3"


def test_a_terminal_shows_title_count_and_figures():
    terminal = Terminal()
    with Progress("fine-tuning", 10, "updates", stream=terminal) as shown:
        shown.update(10, error_rate=0.25, speed="12 audio s/s")
        shown.note("a checkpoint [could] not be read")
    assert "fine-tuning" in terminal.getvalue()
    assert "10/10 updates" in terminal.getvalue()
    assert "error rate 0.25" in terminal.getvalue()
    assert "a checkpoint [could] not be read" in terminal.getvalue()


def test_the_health_stands_below_on_a_terminal_and_behind_in_a_log(clock):
    terminal, log = Terminal(), io.StringIO()
    with (
        Progress("pre-training", 10, "updates", stream=terminal) as shown,
        Progress("pre-training", 10, "updates", stream=log) as plain,
    ):
        for one in (shown, plain):
            one.update(9, health="healthy: perplexity 108 of 128")
            clock[0] += 20.0
            one.update(10, loss=3.0)  # the health stays until there is news
    last = terminal.getvalue().replace("\r", "\n").splitlines()
    assert any("healthy: perplexity 108 of 128" in line for line in last)
    assert not any("healthy" in line and "updates" in line for line in last)
    assert log.getvalue().splitlines()[-1].endswith("loss 3  | healthy: perplexity 108 of 128")


def test_quiet_shows_nothing_but_notes():
    log = io.StringIO()
    with Quiet("x", 2, "files", stream=log) as shown:
        shown.update(2, loss=1.0)
        assert log.getvalue() == ""
        shown.note("one file set aside")
    assert log.getvalue() == "one file set aside\n"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(41.6, "42 s"), (59.7, "1 min 00 s"), (185, "3 min 05 s"), (7800, "2 h 10 min")],
)
def test_durations_read_as_people_say_them(seconds, text):
    assert duration(seconds) == text
