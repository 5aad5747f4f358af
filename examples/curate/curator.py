"""What a user of HierarchyCurator writes: a method for each level of the hierarchy. There is no walker, no queue, no
reporter and no lock in it: the program around it has these."""
import os


class curator:
    def __init__(self, params):
        self.root = params.root  # in the process of each worker: connections and files are opened here

    def step(self, item):
        if item.error:
            return None, item.error
        method = getattr(self, "curate_" + item.level.name, None)
        try:
            return (method(item) if method else None), None
        except (OSError, ValueError) as error:
            return None, f"{item.path}: {error}"[:200]

    def curate_subject(self, subject):
        """Sees what is known at a subject; below, it is in `of.subject`."""

    def curate_file(self, file):
        with open(os.path.join(self.root, file.path), "rb") as opened:
            head, _, data = opened.read().partition(b"\n\n")
        names = dict(line.partition(": ")[::2] for line in head.decode().splitlines())
        if "Modality" not in names:
            raise ValueError("its head names no modality")
        total = 0
        for byte in data:
            total = (31 * total + byte) & 0xFFFFFFFF
        return {"modality": names["Modality"], "bytes": len(data), "sum": total}
