from keras_w2v2.training.text_table import aligned


def test_numbers_stand_to_the_right_and_texts_to_the_left():
    assert aligned(["file", "MB"], [["a.tflite", 11.25], ["b", 3]]).splitlines() == [
        "file         MB",
        "--------  -----",
        "a.tflite  11.25",
        "b             3",
    ]


def test_a_table_without_rows_is_its_header():
    assert aligned(["a", "b"], []) == "a  b\n-  -"
