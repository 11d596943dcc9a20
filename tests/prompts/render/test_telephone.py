"""Whatever a voice delivers, all clips sound alike on the line."""

import pytest

np = pytest.importorskip("numpy")
telephone = pytest.importorskip("prompts.render.telephone")
RATE = 8000


def spoken(level, *, hertz=440.0, rate=24_000, seconds=1.0, before=0.5, after=0.7):
    time = np.arange(round(seconds * rate)) / rate
    wave = level * np.sin(2 * np.pi * hertz * time)
    silence = np.zeros(round(before * rate)), np.zeros(round(after * rate))
    return telephone.Speech(np.concatenate([silence[0], wave, silence[1]]), rate)


def active_level(samples):
    levels = telephone.loudness(samples)
    return 10 * np.log10(np.mean(10 ** (levels[levels > levels.max() - 20] / 10)))


@pytest.mark.parametrize("level", [0.01, 0.05, 0.9])
@pytest.mark.parametrize("rate", [24_000, 22_050, 16_000, 8_000])
def test_quiet_and_loud_voices_end_at_the_same_level(level, rate):
    clip = telephone.for_telephone(spoken(level, rate=rate))
    assert active_level(clip) == pytest.approx(telephone.LEVEL, abs=0.5)


def test_silence_is_trimmed_to_a_known_head_and_tail():
    clip = telephone.for_telephone(spoken(0.3))
    expected = 1.0 + telephone.HEAD + telephone.TAIL
    assert len(clip) / RATE == pytest.approx(expected, abs=0.04)
    assert np.abs(clip[: round(0.04 * RATE)]).max() < 0.01


def test_speech_that_fills_the_recording_is_padded():
    clip = telephone.for_telephone(spoken(0.3, before=0, after=0))
    assert len(clip) / RATE == pytest.approx(1.21, abs=0.04)


def test_peaks_never_pass_the_ceiling():
    click = spoken(0.02)
    click.samples[20_000:20_060] = 1.0
    assert np.abs(telephone.for_telephone(click)).max() <= 10 ** (telephone.CEILING / 20)


@pytest.mark.parametrize(("hertz", "passes"), [(60, False), (1000, True), (5000, False)])
def test_only_the_telephone_band_is_kept(hertz, passes):
    speech = spoken(0.3)
    mixed = telephone.Speech(speech.samples + spoken(0.3, hertz=hertz).samples, speech.rate)
    clip = telephone.for_telephone(mixed)
    time = np.arange(len(clip)) / RATE
    seen = abs(np.mean(clip * np.exp(-2j * np.pi * hertz * time)))
    kept = abs(np.mean(clip * np.exp(-2j * np.pi * 440 * time)))
    assert (seen > kept / 2) == passes


def test_silence_is_refused():
    with pytest.raises(ValueError, match="nothing audible"):
        telephone.for_telephone(telephone.Speech(np.zeros(24_000), 24_000))
