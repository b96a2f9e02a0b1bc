#!/usr/bin/env python3
"""Writes the reference month into 2023-02/, one JSONL file per publishing unit, and checks it.

    python3 generate.py            write the files, then recompute every printed figure from them
    python3 generate.py --check    write nothing: fail when a file differs from what would be written, or a figure is off

Python 3.11 or later, standard library only. Running it again gives the same bytes.
"""

import sys

from month import budget, check, directives, gifts, inspections, penalties, society, works
from month.book import HERE, Book

FOLDER = HERE / "2023-02"


def month():
    """The whole month; order matters only where one part reads another (gifts before spending, everything before closing)."""
    book = Book()
    found, fines_by_day = penalties.write(book)
    inspections.write(book, found)
    gifts.write(book)
    budget.write(book, fines_by_day)
    works.write(book)
    society.write(book)
    directives.write(book)
    directives.close(book)
    book.give_numbers()
    return dict(book.files())


def main():
    """Writes or compares, then checks; the exit code says whether all is well."""
    files = month()
    if sys.argv[1:] == ["--check"]:
        stale = [name for name, text in files.items() if not (FOLDER / name).is_file() or (FOLDER / name).read_bytes() != text]
        stale += [path.name for path in FOLDER.glob("*.jsonl") if path.name not in files]
        if stale:
            sys.exit(f"not what generate.py writes: {', '.join(sorted(stale))}; run generate.py")
    else:
        FOLDER.mkdir(exist_ok=True)
        for old in FOLDER.glob("*.jsonl"):
            old.unlink()
        for name, text in files.items():
            (FOLDER / name).write_bytes(text)
    wrong = check.wrong_figures(FOLDER)
    if wrong:
        sys.exit("\n".join(wrong))
    events = sum(len(text.splitlines()) for text in files.values())
    print(f"{len(files)} files, {events} events, every printed figure exact")


if __name__ == "__main__":
    main()
