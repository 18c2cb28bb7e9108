"""Tables as files: CSV and Parquet for programs, Excel for people; made of the same columns, row after row."""

from waypost.services.export.formats import csv_parts, excel, parquet_parts
from waypost.services.export.sheet import Column, Row, Sheet

__all__ = ["Column", "Row", "Sheet", "csv_parts", "excel", "parquet_parts"]
