"""Bundles are read with suspicion: golden files, and thousands of broken ones."""

import base64
import random

import pytest

from keras_w2v2.errors import UserError
from keras_w2v2.export import bundle, flatbuffer
from tests.golden import broken_bundles

SOUND = broken_bundles.bundle()
KINDS = {
    *("not_a_model", "no_archive", "unsafe_archive", "too_large", "no_metadata"),
    *("damaged_archive", "bad_metadata", "newer_format", "wrong_checksum"),
}


def read(path, data):
    path.write_bytes(data)
    return bundle.read(path)


@pytest.mark.parametrize("case", broken_bundles.cases(), ids=lambda case: case["name"])
def test_each_golden_bundle_is_read_or_refused_by_name(case, tmp_path):
    data = base64.b64decode(case["base64"])
    if case["error"] is None:
        content = read(tmp_path / "a.tflite", data).content
        assert {key: content[key] for key in case["metadata"]} == case["metadata"]
        return
    with pytest.raises(bundle.BundleError) as caught:
        read(tmp_path / "a.tflite", data)
    assert caught.value.kind == case["error"]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (1, "metadata.json has format 1, not 2; export the model again"),
        (3, "metadata.json has format 3, this version reads 2; update keras-w2v2"),
    ],
)
def test_a_bundle_of_another_format_is_not_called_damaged(tmp_path, number, says):
    with pytest.raises(bundle.BundleError) as caught:
        read(tmp_path / "a.tflite", broken_bundles.bundle(broken_bundles.content(format=number)))
    assert str(caught.value).endswith(says)


def mutated(data, choose):
    """Returns bytes with one to four changes of the kinds that disks and attackers make."""
    data = bytearray(data)
    for _ in range(choose.randint(1, 4)):
        place = choose.randrange(len(data))
        kind = choose.randrange(6)
        if kind == 0:
            data[place] ^= 1 << choose.randrange(8)
        elif kind == 1:
            data[place] = choose.randrange(256)
        elif kind == 2:
            del data[place : place + choose.randint(1, 40)]
        elif kind == 3:
            data[place:place] = choose.randbytes(choose.randint(1, 40))
        elif kind == 4:  # sizes and offsets are numbers of four bytes
            data[place : place + 4] = choose.choice([0, 1, 2**31, 2**32 - 1]).to_bytes(4, "little")
        else:
            data = data[:place]
        if not data:
            break
    return bytes(data)


def test_five_thousand_broken_bundles_are_refused_by_name_or_are_the_same(tmp_path):
    choose = random.Random(0)
    whole = read(tmp_path / "sound.tflite", SOUND)
    wanted, network = whole.content, whole.network()
    refused = 0
    for _ in range(5000):
        data = mutated(SOUND, choose)
        try:
            found = read(tmp_path / "x.tflite", data)
        except bundle.BundleError as error:
            assert error.kind in KINDS
            refused += 1
        else:  # a change in a byte that nobody reads
            assert found.content == wanted
            assert found.network() == network
    assert refused > 4500


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match="cannot read .*nowhere.tflite"):
        bundle.read(tmp_path / "nowhere.tflite")


def test_a_network_is_narrowed_to_signatures_that_it_has():
    with pytest.raises(UserError, match="no signature 'window_9s', but window_2s, window_5s"):
        flatbuffer.narrowed(bundle.read("tests/golden/recogniser.tflite").network(), "window_9s")
