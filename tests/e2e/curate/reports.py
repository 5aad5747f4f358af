"""Looks at reports of the curating programs.

    reports.py whole STUDY REPORT          every container and file once, in the order of the walk, each with the
                                           labels of what it lies in
    reports.py levels STUDY REPORT         the same, but level by level
    reports.py begins REPORT WHOLE PATH    a valid table, rows of WHOLE up to some row but for those that were not
                                           checked; PATH is one of these
"""
import csv
import os
import sys

LEVELS = ["project", "subject", "session", "acquisition", "file"]


def rows(path):
    with open(path, newline="") as file:
        table = list(csv.reader(file, strict=True))
    width = len(table[0])
    for row in table:
        assert len(row) == width, (path, row)
    return [dict(zip(table[0], row)) for row in table[1:]]


def walked(root):
    """Depth first, by name, byte by byte."""
    paths = ["."]

    def enter(folder):
        for name in sorted(os.listdir(os.path.join(root, folder)), key=os.fsencode):
            paths.append(os.path.join(folder, name))
            if os.path.isdir(os.path.join(root, paths[-1])):
                enter(paths[-1])

    enter("")
    return paths


def depth(path):
    return 0 if path == "." else path.count("/") + 1


def check(wanted, report):
    got = rows(report)
    assert [row["path"] for row in got] == wanted, f"{report}: other rows, or in another order"
    for row in got:
        parts = ([] if row["path"] == "." else row["path"].split("/")) + [""] * 4
        labels = [row["of.subject"], row["of.session"], row["of.acquisition"]]
        assert labels == parts[:3], (row, parts)
        assert row["level"] == LEVELS[depth(row["path"])], row


def begins(report, whole, path):
    got, wanted = rows(report), rows(whole)
    lost = "not checked: its worker has ended"
    assert got, f"{report} has no rows"
    for row, right in zip(got, wanted):
        assert row["path"] == right["path"], (row, right)
        assert row == right or row["error"] == lost, (row, right)
    assert len(got) < len(wanted), "everything was done"
    failed = [row["path"] for row in got if row["error"] == lost]
    assert path in failed, f"{path} is not among those that have failed: {failed}"
    print(f"{len(got)} rows of {len(wanted)}, {len(failed)} not checked")


if __name__ == "__main__":
    what, *paths = sys.argv[1:]
    if what == "begins":
        begins(*paths)
    else:
        check(sorted(walked(paths[0]), key=depth) if what == "levels" else walked(paths[0]), paths[1])
