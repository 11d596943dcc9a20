"""The spool keeps what it was given, in order, whatever happens to the machine or the files."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.storage import spool as spool_module
from ivr.storage.spool import SpoolFolder

HOSTILE = [
    "O'Brien\"; DROP TABLE ticket; --",
    "a\r\nb",
    "\x00",
    "💧" * 300,
    "\ud800",
    "",
    "../../etc/passwd",
    "*" * 300,
]


@pytest.fixture
def folder(tmp_path):
    return SpoolFolder(tmp_path / "spool")


@pytest.fixture
def recording(tmp_path):
    file = tmp_path / "c1.wav"
    file.write_bytes(b"RIFF" + bytes(1_000))
    return file


def keys(folder):
    return [item.key for item in folder.pending()]


def test_items_come_back_in_order_as_they_were_put(folder):
    for count in range(20):
        folder.put("ticket", f"key {count}", {"count": count})
    items = folder.pending()
    assert [item.key for item in items] == [f"key {count}" for count in range(20)]
    assert [item.payload for item in items] == [{"count": count} for count in range(20)]
    assert folder.depth == 20


def test_the_order_holds_when_the_clock_is_set_back(folder, monkeypatch):
    folder.put("ticket", "first", None)
    monkeypatch.setattr(spool_module.time, "time_ns", lambda: 1)
    folder.put("ticket", "second", None)
    assert keys(folder) == ["first", "second"]


def test_the_same_key_again_returns_what_waits(folder):
    first = folder.put("ticket", "key", "first")
    assert folder.put("ticket", "key", "second") == first
    assert folder.put("record", "key", "another kind").payload == "another kind"
    assert folder.depth == 2


def test_what_is_done_is_gone_and_its_key_is_free_again(folder, recording):
    item = folder.put("ticket", "key", 1, recording)
    folder.done(item)
    folder.done(item)
    assert folder.depth == 0
    assert not item.attachment.exists()
    assert recording.exists()
    assert folder.put("ticket", "key", 2).payload == 2


def test_an_attachment_is_kept_even_when_the_original_goes(folder, recording):
    content = recording.read_bytes()
    folder.put("ticket", "key", None, recording)
    recording.unlink()
    (item,) = folder.pending()
    assert item.attachment.suffix == ".wav"
    assert item.attachment.read_bytes() == content


def test_an_attachment_on_a_disk_without_links_is_copied(folder, recording, monkeypatch):
    def refuse(*_):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    item = folder.put("ticket", "key", None, recording)
    assert item.attachment.read_bytes() == recording.read_bytes()
    assert item.attachment.stat().st_ino != recording.stat().st_ino


@pytest.mark.parametrize("path", ["none.wav", "x" * 300, "nul\x00.wav"])
def test_a_recording_that_is_not_there_does_not_lose_the_words(folder, tmp_path, path):
    assert folder.put("ticket", "key", "words", tmp_path / path).attachment is None
    assert folder.pending()[0].payload == "words"


def test_nothing_is_left_beside_what_was_kept(folder, recording, tmp_path):
    folder.put("ticket", "key", None, recording)
    folder.put("ticket", "other", None, recording)
    left = [path.name for path in (tmp_path / "spool").rglob("*") if path.name.endswith(".new")]
    assert left == []


def cut(content):
    return content[: len(content) // 2]


def flip(content):
    return content[:100] + bytes([content[100] ^ 1]) + content[101:]


@pytest.mark.parametrize(
    "damage",
    [cut, flip, lambda _: b"", lambda _: b"\x00" * 500, lambda c: c.replace(b"key 1", b"key 9")],
    ids=["cut", "flipped bit", "empty", "zeros", "edited"],
)
def test_a_damaged_file_is_set_aside_and_the_others_go_on(folder, damage):
    items = [folder.put("ticket", f"key {count}", "x" * 200) for count in range(3)]
    items[1].file.write_bytes(damage(items[1].file.read_bytes()))
    assert keys(folder) == ["key 0", "key 2"]
    assert [path.name for path in folder.bad] == [items[1].file.name]
    assert folder.bad[0].with_name(folder.bad[0].name + ".why").read_text("utf-8")
    assert folder.depth == 2


def test_what_a_person_sets_aside_goes_with_its_recording_and_the_reason(folder, recording):
    item = folder.put("ticket", "key", None, recording)
    folder.set_aside(item, "号码已被占用")
    assert folder.depth == 0
    assert sorted(path.suffix for path in folder.bad[0].parent.iterdir()) == [
        ".json",
        ".wav",
        ".why",
    ]


def test_a_stranger_in_the_folder_is_left_alone(folder, tmp_path):
    stranger = tmp_path / "spool" / "notes.txt"
    stranger.write_text("leave me", "utf-8")
    (tmp_path / "spool" / ".half.json.1.new").write_bytes(b"cut by a power failure")
    folder.put("ticket", "key", None)
    assert keys(folder) == ["key"]
    assert stranger.exists()


def test_a_refusing_disk_is_an_error_and_leaves_nothing(folder, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        folder.put("ticket", "key", None)
    monkeypatch.undo()
    assert folder.depth == 0
    assert folder.put("ticket", "key", None).key == "key"


def test_a_recording_for_which_there_is_no_room_does_not_lose_the_words(
    folder, recording, monkeypatch
):
    """The recording itself stays where it was; the disk has room for a line of text."""

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spool_module.os, "link", full)
    monkeypatch.setattr(spool_module.shutil, "copyfile", full)
    item = folder.put("ticket", "key", {"recording": str(recording)}, recording)
    assert item.attachment is None
    assert recording.exists()
    assert list((recording.parent / "spool" / "files").iterdir()) == []


def test_a_refusal_leaves_no_recording_behind(folder, recording, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spool_module, "write_durably", full)
    with pytest.raises(OSError, match="No space"):
        folder.put("ticket", "key", 1, recording)
    assert list((recording.parent / "spool" / "files").iterdir()) == []
    assert folder.depth == 0


@pytest.mark.parametrize("step", [3600, -3600])
def test_items_put_while_the_clock_is_set_come_back_in_order(folder, monkeypatch, step):
    now = [time.time_ns()]
    monkeypatch.setattr(spool_module.time, "time_ns", lambda: now[0])
    for count in range(4):
        folder.put("ticket", f"key {count}", None)
        now[0] += 1_000_000_000
        if count == 1:
            now[0] += step * 1_000_000_000
    folder.done(folder.pending()[0])
    folder.put("record", "last", None)
    assert keys(folder) == ["key 1", "key 2", "key 3", "last"] or step > 0
    assert [key for key in keys(folder) if key != "last"] == ["key 1", "key 2", "key 3"]


def test_everything_is_flushed_before_it_has_its_name_and_the_folder_after(folder, monkeypatch):
    """What a power cut leaves depends on this order and nothing else."""
    steps = []
    fsync, replace = os.fsync, Path.replace

    def flushed(descriptor):
        steps.append(("flush", Path(f"/proc/self/fd/{descriptor}").readlink().suffix))
        fsync(descriptor)

    def named(self, target):
        steps.append(("name", Path(target).suffix))
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", named)
    folder.put("ticket", "key", None)
    assert steps == [("flush", ".new"), ("name", ".json"), ("flush", "")]


def test_processes_may_write_at_the_same_time(folder):
    def write(name):
        for count in range(20):
            folder.put("ticket", f"{name} {count}", None)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys(folder))) == 60


WRITER = """
import sys
from pathlib import Path
from ivr.storage.spool import SpoolFolder
folder = SpoolFolder(Path(sys.argv[1]))
for count in range(100_000):
    print(folder.put("ticket", f"key {count}", "x" * 5000).key, flush=True)
"""


def test_a_killed_writer_leaves_whole_items_and_all_it_reported(folder, tmp_path):
    command = [sys.executable, "-c", WRITER, str(tmp_path / "spool")]
    with subprocess.Popen(  # noqa: S603  # our own interpreter and words
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as writer:
        reported = [writer.stdout.readline().strip() for _ in range(30)]
        writer.kill()
        reported += writer.stdout.read().split("\n")[:-1]
    assert len(reported) >= 30
    assert set(reported) <= set(keys(folder))
    assert folder.bad == []


@pytest.mark.parametrize("kind", ["", "Ticket", "a/b", "*"])
def test_a_kind_that_makes_no_file_name_is_refused(folder, kind):
    with pytest.raises(ValueError, match="lower-case"):
        folder.put(kind, "key", None)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=300)
    | st.sampled_from(HOSTILE),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(key=st.text(max_size=300) | st.sampled_from(HOSTILE), payload=json_values)
def test_hostile_words_make_the_round_trip(folder, key, payload):
    item = folder.put("ticket", key, payload)
    (found,) = folder.pending()
    assert (found.key, found.payload) == (key, payload)
    folder.done(item)


def test_a_script_can_import_it_without_any_library_and_quickly():
    """The classic script starts a new interpreter for every call."""
    code = (
        "import sys; import ivr.storage.spool; import json;"
        "print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    )
    ran = subprocess.run(  # noqa: S603  # our own interpreter and words
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    foreign = set(json.loads(ran.stdout)) - set(sys.stdlib_module_names) - {"__main__", "ivr"}
    assert foreign == set()


ROOT = Path(spool_module.__file__).parents[2]
