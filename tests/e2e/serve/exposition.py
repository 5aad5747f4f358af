"""A parser of the text format of Prometheus, version 0.0.4, written from its description ("Text-based
format" in the documentation of Prometheus), and strict: what only may be is demanded here."""

import math
import re

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
VALUE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")
TYPES = ("counter", "gauge", "histogram", "summary", "untyped")


def number(text):
    if text in ("+Inf", "-Inf", "NaN"):
        return float(text.replace("Inf", "inf").replace("NaN", "nan"))
    assert VALUE.match(text), text
    return float(text)


def labels(text):
    """The labels between the braces, character by character."""
    found, at = {}, 0
    while at < len(text):
        end = text.index("=", at)
        name = text[at:end]
        assert LABEL.match(name) and not name.startswith("__") and name not in found, text
        assert text[end + 1] == '"', text
        value, at = "", end + 2
        while text[at] != '"':
            if text[at] == "\\":
                value += {"\\": "\\", '"': '"', "n": "\n"}[text[at + 1]]
                at += 2
            else:
                assert text[at] != "\n"
                value += text[at]
                at += 1
        found[name] = value
        at += 1
        assert at == len(text) or text[at] == ",", text
        at += 1
    return found


def sample(line):
    """A line of a sample: its name, labels, value. None of ours has a time."""
    if "{" in line:
        name, rest = line.split("{", 1)
        inside, value = rest.rsplit("} ", 1)
        of = labels(inside)
    else:
        name, value = line.split(" ")
        of = {}
    assert NAME.match(name) and " " not in value, line
    return name, of, number(value)


class Family:
    def __init__(self, name, text):
        self.name, self.help, self.type, self.samples = name, text, None, {}


def parse(text):
    """The families by name."""
    families, now = {}, None
    assert text.endswith("\n") and "\r" not in text and "\n\n" not in text
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            name, words = line[7:].split(" ", 1)
            assert NAME.match(name) and name not in families, line  # contiguous: no second time
            now = families[name] = Family(name, words)
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            assert now and name == now.name and now.type is None and not now.samples, line
            assert kind in TYPES, line
            now.type = kind
        else:
            assert not line.startswith("#"), line
            name, of, value = sample(line)
            base = name
            if now.type == "histogram":
                base = re.sub("_(bucket|sum|count)$", "", name)
                assert base != name and ("le" in of) == name.endswith("_bucket"), line
            assert now and now.type and base == now.name, line
            key = (name, tuple(sorted(of.items())))
            assert key not in now.samples, line
            now.samples[key] = value
    for family in families.values():
        assert family.type, family.name
        check(family)
    return families


def check(family):
    if family.type == "counter":
        assert family.name.endswith("_total"), family.name
        assert all(value >= 0 and math.isfinite(value) for value in family.samples.values()), family.name
    if family.type == "histogram":
        check_histogram(family)


def check_histogram(family):
    """The buckets of one thing are in a row, from low to high, cumulative; the last is +Inf, and the count."""
    rows = {}
    for (name, of), value in family.samples.items():
        rest = tuple(label for label in of if label[0] != "le")
        row = rows.setdefault(rest, {"buckets": []})
        if name.endswith("_bucket"):
            assert "sum" not in row and "count" not in row, of
            row["buckets"].append((number(dict(of)["le"]), value))
        else:
            row[name.rsplit("_", 1)[1]] = value
    limits = {tuple(limit for limit, _ in row["buckets"]) for row in rows.values()}
    assert len(limits) <= 1, "the buckets of two are different"
    for row in rows.values():
        assert row["buckets"] == sorted(row["buckets"]), row
        counts = [count for _, count in row["buckets"]]
        assert counts == sorted(counts) and row["buckets"][-1][0] == math.inf, row
        assert counts[-1] == row["count"] and row["sum"] >= 0, row


def get(families, family, **of):
    return families[family].samples[(family, tuple(sorted(of.items())))]


def check_growth(before, after):
    """No counter of the first is less in the second; none begins again."""
    n = 0
    for family in before.values():
        if family.type not in ("counter", "histogram"):
            continue
        for key, value in family.samples.items():
            if key in after[family.name].samples:
                assert after[family.name].samples[key] >= value, (key, value)
                n += 1
    return n
