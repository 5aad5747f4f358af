"""Studies for tests and benchmarks: subjects, sessions, acquisitions, files, even or not, as a directory or as the
hierarchy of an API.

    tree.py DIRECTORY SHAPE        even, uneven or empty; or SUBJECTSxSESSIONSxACQUISITIONSxFILES
"""
import os
import sys

MODALITIES = ["MR", "ECG", "CT"]


def sizes(shape):
    """How many files each acquisition has: subject -> session -> [number]."""
    if shape == "empty":
        return []
    if shape == "even":
        shape = "5x3x4x4"
    if shape == "uneven":  # one subject has nearly all, another one nothing
        return [[[1]], [], [[30, 1, 25], [40], [], [0, 35, 20, 30]], [[2], [1]], [[], [3]]]
    n = [int(word) for word in shape.split("x")]
    return [[[n[3]] * n[2]] * n[1]] * n[0]


def files(shape):
    """(subject, session, acquisition, name, text) of each file, in the order of the walk; a name is None where there
    is no file."""
    for s, sessions in enumerate(sizes(shape)):
        subject = f"sub-{s:02}"
        if not sessions:
            yield subject, None, None, None, None
        for e, acquisitions in enumerate(sessions):
            session = f"ses-{e:02}"
            if not acquisitions:
                yield subject, session, None, None, None
            for a, n in enumerate(acquisitions):
                acquisition = f"acq-{a:02}"
                if not n:
                    yield subject, session, acquisition, None, None
                for f in range(n):
                    text = (
                        f"PatientName: Ada {s}\nPatientBirth: 1815-12-{10 + s}\nModality: {MODALITIES[f % 3]}\n\n"
                        f"{s} {e} {a} {f}\n"
                    )
                    yield subject, session, acquisition, f"scan-{f:03}.txt", text


def make(root, shape):
    os.makedirs(root, exist_ok=True)
    for *folders, name, text in files(shape):
        folder = os.path.join(root, *(folder for folder in folders if folder))
        os.makedirs(folder, exist_ok=True)
        if name:
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2])
