"""The settings of pre-training, and which of them fit together."""

from keras_w2v2.errors import UserError
from keras_w2v2.models.settings import (
    require_above_zero,
    require_at_least_zero,
    require_bool,
    require_multiple,
    require_not_negative,
    require_positive,
    require_share,
)


def check(settings):
    """Raises UserError unless the arguments of `Wav2Vec2ForPreTraining` (dict) fit together."""
    whole = ("codebook_size", "code_dim", "projection_dim", "mask_span", "num_distractors")
    require_positive(**{k: settings[k] for k in whole})
    require_share(mask_prob=settings["mask_prob"], quantizer_dropout=settings["quantizer_dropout"])
    scales = ("logit_temperature", "gumbel_start", "gumbel_end", "gumbel_decay")
    require_above_zero(**{k: settings[k] for k in scales})
    others = ("num_codebooks", "mask_min_spans", "cross_utterance_distractors")
    others += ("codebook_distractors",)
    require_not_negative(**{k: settings[k] for k in others})
    require_bool(mask_inputs=settings["mask_inputs"])
    books, entries = settings["num_codebooks"], settings["codebook_distractors"]
    require_multiple(code_dim=(settings["code_dim"], books or 1, "num_codebooks"))
    if entries and not books:
        raise UserError(
            f"codebook_distractors is {entries}, but num_codebooks is 0: there are no codebooks "
            "to draw them from; set it to 0"
        )
    weights = ("diversity_weight", "feature_penalty_weight")
    require_at_least_zero(**{k: settings[k] for k in weights})
