"""The table-file connector: orders, parcels, lines and scans out of CSV, TSV, Excel and Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.table_file.mapping import TableMapping, read_mapping
from connectors.table_file.plan import Plan
from connectors.table_file.settings import TableFileSettings
from waypost.connect.contract import Connector, Context, FileWish, Transport
from waypost.connect.material import Material
from waypost.domain.instants import zone_of
from waypost.domain.statement import Refusal, Statement
from waypost.domain.vocabulary import Vocabulary, load


class TableFile(Connector):
    """Reads table files as a mapping document says."""

    settings_model = TableFileSettings

    def __init__(self, settings: TableFileSettings) -> None:
        self._settings = settings

    def test(self, transport: Transport) -> None:
        """Read the mapping document and the zone; nothing has to be reached. Errors: DocumentError, FieldError."""
        self._document(load())
        if self._settings.zone is not None:
            zone_of(self._settings.zone)

    def files(self) -> Sequence[FileWish]:
        """The files of the document's tables and of their joins."""
        return [
            FileWish(file.pattern, not file.optional)
            for table in self._document(load()).tables
            for file in (table.file, *(join.file for join in table.joins))
        ]

    def parse(self, material: Material, context: Context) -> Iterator[Statement | Refusal]:
        """Read the tables. Errors: DocumentError; FieldError when a file cannot be read as a whole."""
        return Plan(self._document(context.vocabulary), self._settings.zone, material, context).items()

    def _document(self, vocabulary: Vocabulary) -> TableMapping:
        return read_mapping(self._settings.document(), vocabulary)
