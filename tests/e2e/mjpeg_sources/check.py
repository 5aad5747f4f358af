"""What was shown is what was sent: check.py FORM ROWS.csv SENT. No damaged picture is shown, no old one again."""
import csv, sys

form, rows, sent = sys.argv[1:]
numbers = [int(line.split()[1]) for line in open(sent) if line.split()[0] == form]
shown = open(rows).read().rpartition("\n")[0].split("\n")
last = -1
for row in csv.DictReader(shown):
    number = int(row["number"])
    if number < 0 or (form == "other_size" and row["width"] == "64"):
        continue
    assert number in numbers, f"{form}: picture {number} was never sent"
    assert number > last, f"{form}: picture {number} comes behind {last}"
    last = number
assert last >= 0 or form in ("huge",), f"{form}: nothing was shown"
