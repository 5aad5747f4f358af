"""Checks a file of traces by the description of the Trace Event Format, and gives what is in it.

    check.py FILE       checks it, and prints how many events of each kind there are
"""
import collections
import json
import sys


class Trace:
    """A file that is as it should be: names, slices by thread, instants, flows."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.whole = json.load(file)
        assert set(self.whole) == {"traceEvents", "displayTimeUnit", "otherData"}, set(self.whole)
        self.other = self.whole["otherData"]
        self.processes, self.threads = {}, {}
        self.slices, self.instants, self.flows = [], [], []
        ends = {"s": {}, "f": {}}
        for event in self.whole["traceEvents"]:
            phase = event["ph"]
            assert isinstance(event["name"], str) and event["name"], event
            assert isinstance(event["pid"], int) and isinstance(event["tid"], int), event
            if phase == "M":
                self.take_name(event)
                continue
            assert isinstance(event["ts"], (int, float)) and event["ts"] >= 0, event
            event["from"] = round(event["ts"] * 1000)
            if phase == "X":
                assert isinstance(event["dur"], (int, float)) and event["dur"] >= 0, event
                event["to"] = event["from"] + round(event["dur"] * 1000)
                self.slices.append(event)
            elif phase == "i":
                assert event["s"] in ("g", "p", "t"), event
                self.instants.append(event)
            elif phase in ends:
                assert event["id"] not in ends[phase], f"two ends of one flow: {event}"
                ends[phase][event["id"]] = event
            else:
                sys.exit(f"an event of what kind: {event}")
        self.check_names()
        self.by_thread = collections.defaultdict(list)
        for event in self.slices:
            self.by_thread[event["tid"]].append(event)
        for events in self.by_thread.values():
            check_no_overlap(events)
        self.check_flows(ends)

    def take_name(self, event):
        if event["name"] == "process_name":
            self.processes[event["pid"]] = event["args"]["name"]
        elif event["name"] == "thread_name":
            assert event["tid"] not in self.threads, event
            self.threads[event["tid"]] = (event["pid"], event["args"]["name"])
        else:
            assert event["name"].endswith("_sort_index"), event

    def check_names(self):
        for event in self.slices + self.instants:
            assert event["pid"] in self.processes, f"of no process: {event}"
            if event["ph"] == "i" and event["s"] != "t":
                continue
            assert self.threads[event["tid"]][0] == event["pid"], f"of no thread: {event}"

    def check_flows(self, ends):
        assert set(ends["s"]) == set(ends["f"]), "a flow has one end only"
        for number, start in ends["s"].items():
            finish = ends["f"][number]
            assert start["name"] == finish["name"] and start["cat"] == finish["cat"]
            assert start["from"] <= finish["from"], f"it comes before it leaves: {start} {finish}"
            assert finish["bp"] == "e", finish
            one, other = (slice_at(self.by_thread[e["tid"]], e["from"]) for e in (start, finish))
            assert one and other, f"an end is in no slice: {start} {finish}"
            assert one["cat"] == other["cat"] == "firing"
            self.flows.append((start["name"], one, other))

    def firings(self, node):
        return [e for e in self.slices if e["cat"] == "firing" and e["name"] == node]


def check_no_overlap(events):
    events.sort(key=lambda e: (e["from"], e["to"]))
    for before, event in zip(events, events[1:]):
        assert before["to"] <= event["from"], f"they overlap: {before} {event}"


def slice_at(events, ns):
    """The slice around it; where two meet, the later one. They are in order."""
    low, high = 0, len(events)
    while low < high:
        middle = (low + high) // 2
        if events[middle]["from"] <= ns:
            low = middle + 1
        else:
            high = middle
    found = events[low - 1] if low else None
    return found if found and ns <= found["to"] else None


if __name__ == "__main__":
    trace = Trace(sys.argv[1])
    kinds = collections.Counter(e["cat"] for e in trace.slices + trace.instants)
    print(*(f"{kind} {n}" for kind, n in sorted(kinds.items())), f"flow {len(trace.flows)}")
