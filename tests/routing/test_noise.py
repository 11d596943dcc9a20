from random import Random

from routing.noise import Garbler
from routing.reading import sound_table, syllable_names

SOUNDS = sound_table([])


def test_the_same_chance_makes_the_same_mistakes_and_most_of_the_sound_is_left():
    garbler = Garbler(SOUNDS, syllable_names())
    text = "我的养老金认证在手机上弄不成去哪儿认证" * 5
    first = garbler.garble(text, Random(1))
    assert first == garbler.garble(text, Random(1))
    assert first != text
    kept = set(SOUNDS.of(text)) & set(SOUNDS.of(first))
    assert len(kept) > len(set(SOUNDS.of(text))) // 2


def test_what_is_no_character_stays():
    assert Garbler(SOUNDS, syllable_names()).garble("abc 123", Random(1)) == "abc 123"
