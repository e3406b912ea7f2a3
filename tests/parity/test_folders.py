"""What save_huggingface writes is what transformers reads and writes."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from keras_w2v2.interop import load_huggingface, save_huggingface


@pytest.mark.parametrize("layout", ["base", "large"])
@pytest.mark.parametrize("task", ["PreTraining", "CTC"])
def test_transformers_loads_our_folder_without_a_word(peers, tmp_path, task, layout):
    import transformers

    pair = peers(task, layout)
    save_huggingface(pair.ours, tmp_path / "ours")
    before = load_file(pair.folder / "model.safetensors")
    after = load_file(tmp_path / "ours" / "model.safetensors")
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    again, report = type(pair.theirs).from_pretrained(tmp_path / "ours", output_loading_info=True)
    assert not any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    for (name, a), (_, b) in zip(
        pair.theirs.state_dict().items(), again.state_dict().items(), strict=True
    ):
        assert a.equal(b), name
    written = transformers.AutoConfig.from_pretrained(tmp_path / "ours").to_dict()
    given = pair.theirs.config.to_dict()
    ignored = {"_name_or_path", "keras_w2v2", "transformers_version", "dtype", "architectures"}
    assert {k: v for k, v in given.items() if k not in ignored} == {
        k: v for k, v in written.items() if k in given and k not in ignored
    }


def test_the_processor_reads_and_writes_text_as_ours(peers, tmp_path):
    import keras
    from transformers import AutoModelForCTC, Wav2Vec2Processor

    from keras_w2v2 import Vocabulary, Wav2Vec2ForCTC

    backbone = peers("PreTraining", "large").ours.backbone
    vocabulary = Vocabulary.from_transcripts(["GRÜSSE AN ALLE", "你好"])
    keras.utils.set_random_seed(0)
    model = Wav2Vec2ForCTC(backbone, vocabulary=vocabulary)
    save_huggingface(model, tmp_path / "ours")
    processor = Wav2Vec2Processor.from_pretrained(tmp_path / "ours")
    assert processor.feature_extractor.do_normalize is False
    assert processor.feature_extractor.return_attention_mask is True
    assert len(processor.tokenizer) == len(vocabulary)
    assert processor.tokenizer.pad_token_id == vocabulary.blank
    text = "ALLE GRÜSSE 你"
    ids = vocabulary.encode(text)
    assert processor.tokenizer(text).input_ids == ids
    assert processor.decode(ids, group_tokens=False) == text
    theirs = AutoModelForCTC.from_pretrained(tmp_path / "ours")
    assert theirs.config.vocab_size == len(vocabulary)
    assert load_huggingface(tmp_path / "ours").vocabulary == vocabulary


def test_the_published_vocabulary_reads_as_transformers_does(peers, tmp_path):
    from transformers import Wav2Vec2Processor

    from keras_w2v2 import Vocabulary, Wav2Vec2ForCTC

    backbone = peers("PreTraining", "base").ours.backbone
    vocabulary = Vocabulary.librispeech()
    save_huggingface(Wav2Vec2ForCTC(backbone, vocabulary=vocabulary), tmp_path / "ours")
    tokenizer = Wav2Vec2Processor.from_pretrained(tmp_path / "ours").tokenizer
    assert len(tokenizer) == 32
    special = (tokenizer.pad_token_id, tokenizer.bos_token_id, tokenizer.unk_token_id)
    assert special == (0, 1, 3)
    assert tokenizer.decode([11, 5, 0, 15, 15, 0, 15, 8, 4, 4, 6]) == "HELLO T"
