import numpy as np

from routing.features import grams
from routing.model import Model, rounded, vocabulary


def test_n_grams_know_the_signs_they_were_made_of():
    made = grams("停水了", "abc")
    starts, sizes, sounds = made.where(np.arange(len(made.hashes)))
    known = [
        made.hashes[number]
        for number in range(len(made.hashes))
        if (starts[number], sizes[number], bool(sounds[number])) == (1, 2, False)
    ]
    other = grams("无水了", "xyz")
    assert known
    assert known[0] in other.hashes
    whole = [(s, n) for s, n, h in zip(starts, sizes, sounds, strict=True) if h and n == 3]
    assert whole == [(0, 3)]


def test_sentences_of_any_length_have_n_grams():
    for length in range(6):
        made = grams("水" * length, "a" * length)
        starts, sizes, _ = made.where(np.arange(len(made.hashes)))
        assert len(starts) == len(sizes) == len(made.hashes)


def test_a_vocabulary_is_what_stands_in_enough_sentences():
    one, two = grams("停水", "ab"), grams("停电", "ac")
    shared = vocabulary([one, two], 2)
    assert set(shared) < set(one.hashes)
    assert set(shared) <= set(two.hashes)


def test_rounding_a_weight_moves_it_by_no_more_than_a_step():
    keys = np.sort(grams("停水了", "abc").hashes)
    weights = np.random.default_rng(1).normal(size=(len(keys), 4)).astype(np.float32)
    model: Model = rounded(keys, weights)
    back = model.weights * model.scales[:, None]
    assert np.abs(back - weights).max() <= np.abs(weights).max() / 127


def test_two_signs_are_known_again_with_any_one_between_them():
    one, other = grams("停过水了", "abcd"), grams("停了水了", "efgh")
    shared = set(one.hashes) & set(other.hashes)
    assert shared <= set(grams("停没水了", "ijkl").hashes)
    assert len(shared - set(grams("停没没水了", "ijklm").hashes)) == 1
