"""Table files: CSV, TSV, Excel and Parquet exports of any shop, warehouse or carrier."""

from connectors.table_file.connector import TableFile

CONNECTOR = TableFile
