"""The gate lets a sound file pass and says of each broken one what is wrong with it."""

import importlib.util
import json

import numpy as np
import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.export import bundle, gate, gate_page, quantization, tflite
from keras_w2v2.export.thresholds import BY_VARIANT, Thresholds

WINDOWS = (0.06, 0.12)


@pytest.fixture(scope="module")
def sound(base, tmp_path_factory):
    path = tmp_path_factory.mktemp("gate") / "sound.tflite"
    tflite.export(base, path, "float32", WINDOWS)
    return path


@pytest.fixture(scope="module")
def judged(clips):
    return [gate.Clip(clips[0][:900], "AB"), gate.Clip(clips[1][:1900], None)]


def broken(sound, path, network=None, **changes):
    """Writes the bundle again with another network or description; its checksums fit."""
    read = bundle.read(sound)
    path.write_bytes(read.network() if network is None else network)
    bundle.append(path, read.content | changes)
    return path


def test_a_sound_file_passes_with_all_its_figures(sound, base, judged):
    verdict = gate.judge(sound, base, judged)
    assert verdict.passes
    assert verdict.relative_error < 1e-5
    assert verdict.frame_agreement == verdict.same_text == 1.0
    assert verdict.character_error_rate == verdict.keras_character_error_rate > 0
    assert set(verdict.real_time_factor) == {"1", "2"}
    assert min(verdict.real_time_factor.values()) > 0
    assert verdict.peak_megabytes > 10
    if importlib.util.find_spec("ai_edge_litert"):
        # numpy and the interpreter alone: TensorFlow would take some hundred.
        assert verdict.peak_megabytes < 250
    assert "FULLY_CONNECTED" in verdict.operators


def test_nan_weights_are_told(sound, base, judged, tmp_path):
    network = bundle.read(sound).network()
    weights = base.head.kernel.numpy().T.tobytes()  # TFLite keeps them transposed
    assert weights in network
    nan = np.full(base.head.kernel.shape, np.nan, "float32").tobytes()
    path = broken(sound, tmp_path / "nan.tflite", network.replace(weights, nan))
    assert gate.judge(path, base, judged).breaches == [
        "its logits are not finite: weights are damaged or missing"
    ]


def test_another_vocabulary_is_told_with_its_first_difference(sound, base, judged, tmp_path):
    content = bundle.read(sound).content
    tokens = [*content["tokens"][:3], "B", "A", *content["tokens"][5:]]
    vocabulary = content["vocabulary"] | {"tokens": tokens}
    path = broken(sound, tmp_path / "v.tflite", tokens=tokens, vocabulary=vocabulary)
    (breach,) = gate.judge(path, base, judged).breaches
    assert breach == "another vocabulary: id 3 is 'B', in Keras 'A'"


def test_another_normalization_flag_is_told(sound, base, judged, tmp_path):
    path = broken(sound, tmp_path / "n.tflite", normalize_waveform=True)
    (breach,) = gate.judge(path, base, judged).breaches
    assert "normalize_waveform is True, in Keras False" in breach


def test_swapped_signatures_are_told(sound, base, judged, tmp_path):
    one, two = bundle.read(sound).content["signatures"]
    swapped = [one | {"name": two["name"]}, two | {"name": one["name"]}]
    path = broken(sound, tmp_path / "s.tflite", signatures=swapped)
    (breach,) = gate.judge(path, base, judged).breaches
    assert "signatures are swapped" in breach


def test_other_weights_breach_the_threshold(sound, recognizer, judged):
    other = recognizer()
    other.head.bias.assign(other.head.bias + np.eye(7)[3] * 5)
    verdict = gate.judge(sound, other, judged)
    assert verdict.max_error == pytest.approx(5, abs=0.01)
    assert verdict.breaches[0].startswith("relative_error is ")
    assert "above the limit of 0.0001" in verdict.breaches[0]


def test_a_file_that_is_no_bundle_is_a_breach_not_a_crash(base, judged, tmp_path):
    path = tmp_path / "x.tflite"
    path.write_bytes(b"not a model at all")
    verdict = gate.judge(path, base, judged)
    assert not verdict.passes
    assert "not_a_model" in verdict.breaches[0]


def test_what_was_not_measured_is_not_shown(sound, base, judged, tmp_path):
    from keras_w2v2.cli import tables

    cut = tmp_path / "cut.tflite"
    cut.write_bytes(sound.read_bytes()[:-100])
    verdicts = [gate.judge(cut, base, judged)]
    assert tables.of_verdicts(verdicts) == f"cut.tflite: {verdicts[0].breaches[0]}"
    unlike = gate.Verdict("nan.tflite", "int8", real_time_factor={"1": 0.1}, breaches=["NaN"])
    verdicts.append(unlike)
    *table, first, second = tables.of_verdicts(verdicts).splitlines()
    assert "cut" not in "".join(table) and "nan" not in "".join(table[1:])
    assert first.startswith("cut.tflite: ") and second == "nan.tflite: NaN"
    gate_page.write(verdicts, tmp_path / "g.html")
    page = (tmp_path / "g.html").read_text()
    assert ">nan<" not in page and "cut.tflite (unknown) does not pass" in page


def test_thresholds_can_be_changed_and_mistakes_are_named(sound, base, judged):
    strict = ["megabytes=0.001", "real_time_factor=1e-9"]
    breaches = gate.judge(sound, base, judged, strict).breaches
    assert [breach.split()[0] for breach in breaches] == ["megabytes", "real_time_factor"]
    assert BY_VARIANT["int8"].changed(["frame_agreement=none"]).frame_agreement is None
    with pytest.raises(UserError, match="no threshold 'size'.*megabytes"):
        Thresholds().changed(["size=3"])
    with pytest.raises(UserError, match="write megabytes=0.01"):
        Thresholds().changed(["megabytes=small"])


def test_clips_without_a_frame_cannot_judge(sound, base):
    with pytest.raises(UserError, match="no clip of at least"):
        gate.judge(sound, base, [gate.Clip(np.zeros(3, "float32"))])


def test_json_and_page_carry_the_figures_and_the_reasons(sound, base, judged, tmp_path):
    verdicts = [gate.judge(sound, base, judged, ["megabytes=0.001"])]
    gate.write_json(verdicts, tmp_path / "g.json")
    (row,) = json.loads((tmp_path / "g.json").read_text())
    assert row["passes"] is False
    assert row["relative_error"] == verdicts[0].relative_error
    gate_page.write(verdicts, tmp_path / "g.html")
    page = (tmp_path / "g.html").read_text()
    assert "does not pass: megabytes" in page
    assert "data:image/png;base64," in page


def test_every_variant_has_its_thresholds():
    assert set(BY_VARIANT) == set(quantization.VARIANTS)
