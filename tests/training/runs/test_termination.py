import os
import signal

import pytest

from keras_w2v2.training.runs.termination import SafePoint, Terminated, Watch


def test_a_sigterm_is_noted_while_watched_and_ends_the_process_again_afterwards():
    with Watch() as watch:
        assert not watch.asked
        os.kill(os.getpid(), signal.SIGTERM)
        assert watch.asked
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_handler_of_somebody_else_stays():
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with Watch():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


def test_work_that_leaves_nothing_to_save_is_ended_by_a_sigterm_at_once():
    said = []
    with Watch() as watch:
        with pytest.raises(Terminated), watch.heeded_at_once(said.append):
            os.kill(os.getpid(), signal.SIGTERM)
            pytest.fail("it went on")
        with pytest.raises(Terminated), watch.heeded_at_once(said.append):
            pytest.fail("one from before was forgotten")
        os.kill(os.getpid(), signal.SIGTERM)  # noted, as before
    wanted = "SIGTERM: all updates are saved; the same command carries on from there"
    assert said == [wanted, wanted]


def test_a_run_stops_between_updates_only_and_with_code_0():
    said = []
    asked = iter([False, True])
    point = SafePoint(lambda: next(asked), lambda: 6, said.append)
    point.on_train_batch_begin(5)
    assert said == []
    with pytest.raises(Terminated) as stop:
        point.on_train_batch_begin(6)
    assert stop.value.code == 0
    assert said == ["SIGTERM: saved at update 6; the same command carries on from there"]
