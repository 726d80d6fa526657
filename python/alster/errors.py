"""What can go wrong, in one line each: what, where, and what to do."""


class AlsterError(Exception):
    """Every failure of this package that its user can cause."""

    def __str__(self) -> str:   # a KeyError would show its message in quotes
        return str(self.args[0]) if self.args else ""


class UnknownIdError(AlsterError, KeyError):
    """An id that the file does not have."""


class BadFileError(AlsterError, ValueError):
    """A file that is missing, unfinished, damaged, of another format or of a newer version."""


class MissingDataError(AlsterError, LookupError):
    """A question that needs the dataset, or a package that is not installed."""
