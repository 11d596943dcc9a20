"""Texts are read as people read them aloud."""

import pytest

reading = pytest.importorskip("prompts.render.reading")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("114阳光政务", "幺幺四阳光政务"),
        ("请拨打110、119或者120", "请拨打幺幺零、幺幺九或者幺二零"),
        ("请按1。", "请按一。"),
        ("请按0", "请按零"),
    ],
)
def test_numbers_to_dial_have_yao_and_keys_have_yi(text, said):
    assert reading.spoken_form(text) == said


@pytest.mark.parametrize(
    ("text", "sounds"),
    [("幺", "jau→"), ("重听", "ʰʊ↗"), ("最长", "ꭧʰa↗"), ("人行", "xa↗"), ("献血", "ɕɥe↘")],
)
def test_words_the_dictionaries_read_wrong_are_read_right(text, sounds):
    pytest.importorskip("misaki", reason="needs the voice: pip install -e .[voice]")
    assert sounds in reading.phonemes(text).replace(" ", "")
