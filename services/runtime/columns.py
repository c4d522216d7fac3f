"""Columns that hold several values, and say so when somebody has damaged them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import JSON, Dialect
from sqlalchemy.types import TypeDecorator

from services.runtime.database import DamagedRow


class Json(TypeDecorator[Any]):
    """A list or an object as JSON. Reading something else raises `DamagedRow`.

    Where it is `derived`, each look writes it anew: then what cannot be read counts as empty, and heals by itself.
    """

    impl = JSON
    cache_ok = True

    def __init__(self, shape: type[list[Any]] | type[dict[Any, Any]], *, derived: bool = False) -> None:
        super().__init__()
        self.shape, self.derived = shape, derived

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """As the library's, and then of the right shape."""
        process = super().result_processor(dialect, coltype) or (lambda value: value)

        def read(value: Any) -> Any:
            try:
                result = process(value)
            except (ValueError, TypeError, RecursionError):
                result = None
            if isinstance(result, self.shape):
                return result
            if self.derived:
                return self.shape()
            if value is None:  # an outer join has no row there; no column of this kind may be NULL itself
                return None
            raise DamagedRow(
                f"A list of the database cannot be read: {str(value)[:80]!r}. Correct that row, or restore a backup."
            )

        return read
