"""Reading a folder of CSV files into a routing table.

Only the form of each row is judged here; whether the rows fit together is `routing.check`'s.
"""

from __future__ import annotations

from pathlib import Path

from routing.csv_files import read_folder
from routing.directory import Directory
from routing.sheets import DIRECTORY_CODECS, directory_of, from_sheets
from routing.table import RoutingTable

DATA = Path(__file__).parent / "data"


def load_table(folder: Path = DATA) -> RoutingTable:
    """The whole table of a folder; raises `BadRows` with all that can not be used."""
    return from_sheets(read_folder(folder))


def load_directory(folder: Path = DATA) -> Directory:
    """Units, lines (with their readings), areas, emergency numbers, contacts; raises `BadRows`."""
    return directory_of(read_folder(folder, [codec.form for codec in DIRECTORY_CODECS]))
