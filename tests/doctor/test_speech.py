"""What the doctor says of the recogniser."""

from ivr.doctor import speech
from ivr.settings import Settings, SpeechSettings
from ivr.speech import model_files


def settings(tmp_path, **speech_settings):
    return Settings(home=tmp_path, speech=SpeechSettings(**speech_settings))


async def test_a_site_that_wants_no_recogniser_is_well(tmp_path):
    found = await speech.recogniser(settings(tmp_path, engine="off"))
    assert found.well
    assert "按键" in found.detail


async def test_missing_packages_are_named_with_the_way_to_get_them(tmp_path, monkeypatch):
    monkeypatch.setattr(speech, "can_run", lambda _name: False)
    found = await speech.recogniser(settings(tmp_path, engine="sherpa", model=tmp_path))
    assert not found.well
    assert "hotline114[sherpa]" in found.mend


async def test_a_model_that_is_not_there_and_one_that_is_damaged_are_told_apart(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(speech, "can_run", lambda _name: True)
    gone = await speech.recogniser(settings(tmp_path, model=tmp_path / "none"))
    damaged = await speech.recogniser(settings(tmp_path, model=tmp_path))
    assert "没有模型" in gone.detail
    assert "不完整" in damaged.detail
    assert gone.mend != damaged.mend


async def test_a_whole_model_is_well(tmp_path, monkeypatch):
    monkeypatch.setattr(speech, "can_run", lambda _name: True)
    monkeypatch.setattr(model_files, "verify", lambda _folder: None)
    found = await speech.recogniser(settings(tmp_path, model=tmp_path, workers=2))
    assert found.well
    assert "2个" in found.detail


async def test_only_the_embedded_engine_needs_the_table_of_single_sounds(tmp_path):
    found = await speech.short_answers(settings(tmp_path, engine="sherpa", model=tmp_path))
    assert found.well


async def test_a_table_that_is_not_there_and_one_that_is_damaged_are_mended_by_set_up(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(speech, "can_run", lambda _name: True)
    monkeypatch.setattr(speech, "table_place", lambda: tmp_path / "table.npz")
    gone = await speech.short_answers(settings(tmp_path))
    monkeypatch.setattr(speech, "_is_whole", lambda _place: False)
    (tmp_path / "table.npz").write_bytes(b"PK")
    damaged = await speech.short_answers(settings(tmp_path))
    assert "没有单音表" in gone.detail
    assert "损坏" in damaged.detail
    assert "make setup" in gone.mend
    assert not gone.well
    assert not damaged.well


async def test_a_whole_table_is_well(tmp_path, monkeypatch):
    monkeypatch.setattr(speech, "can_run", lambda _name: True)
    monkeypatch.setattr(speech, "table_place", lambda: tmp_path / "table.npz")
    monkeypatch.setattr(speech, "_is_whole", lambda _place: True)
    (tmp_path / "table.npz").write_bytes(b"PK")
    assert (await speech.short_answers(settings(tmp_path))).well
